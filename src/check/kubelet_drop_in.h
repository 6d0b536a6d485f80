// SPDX-License-Identifier: Apache-2.0
// The kubelet's allowlist as a systemd drop-in gives it: --allowed-unsafe-sysctls (or the older
// --experimental-allowed-unsafe-sysctls) in Environment= and ExecStart= of [Service], and in
// NAME=VALUE lines as /etc/default/kubelet has them. Words are cut and unquoted by systemd's rules;
// variables of other files are not followed. Source: systemd.exec(5), systemd.service(5).
// Errors: invalid_argument, "FILE:LINE: …". Thread-safety: pure function.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "check/kubelet_config.h"

namespace podsysctl::check {

[[nodiscard]] Result<std::vector<NodePattern>> read_kubelet_drop_in(std::string_view text,
                                                                    std::string_view source);

}  // namespace podsysctl::check
