// SPDX-License-Identifier: Apache-2.0
// What CNI plugins print: results of ADD, and errors. Both may come from any program, so they are
// read with limits. Thread-safety: values.
// Source: CNI specification, section 5 (result types), 0.3.0 to 1.1.0.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sandbox/network.h"

namespace podsysctl::sandbox {

struct CniResult {
  std::string interface;               // the first one inside the sandbox
  std::vector<std::string> addresses;  // of the sandbox, with prefix length
  std::string gateway;
  Dns dns;
};

// `plugin` is for messages.
[[nodiscard]] Result<CniResult> parse_cni_result(std::string_view text, std::string_view plugin);

// A failed plugin's message: its {code, msg, details} if it printed one, else its standard error.
[[nodiscard]] std::string describe_cni_failure(std::string_view standard_output,
                                               std::string_view standard_error, int exit_status);

}  // namespace podsysctl::sandbox
