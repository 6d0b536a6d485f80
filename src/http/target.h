// SPDX-License-Identifier: Apache-2.0
// The target of a request taken apart (RFC 3986): "/v1/pods/a%2Fb?watch=true" is {"v1", "pods",
// "a/b"} with watch. Errors: invalid_argument. Thread-safety: pure functions.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace podsysctl::http {

struct Target {
  std::vector<std::string> path;
  std::multimap<std::string, std::string> query;

  // The first one; "" where it was not given.
  [[nodiscard]] std::string option(const std::string& name) const;
  // All of them, in their order.
  [[nodiscard]] std::vector<std::string> options(const std::string& name) const;
};

[[nodiscard]] Result<Target> parse_target(std::string_view text);

}  // namespace podsysctl::http
