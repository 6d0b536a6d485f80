// SPDX-License-Identifier: Apache-2.0
// Everything that DEL needs, as one text: what was decided before ADD and, after it, its result. It
// holds the network's configuration itself, since the administrator may change the file while the
// pod runs. Thread-safety: values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sandbox/cni_client.h"
#include "sandbox/cni_config.h"

namespace podsysctl::sandbox {

struct CniRecord {
  CniNetwork network;
  CniTarget target;
  std::vector<std::string> plugin_dirs;
  std::string ports_dir;  // claims of host ports (network_ports.h)
  std::string result;     // ADD's, as JSON text; "" before ADD
};

[[nodiscard]] std::string to_text(const CniRecord& record);
[[nodiscard]] Result<CniRecord> parse_cni_record(std::string_view text);

}  // namespace podsysctl::sandbox
