// SPDX-License-Identifier: Apache-2.0
// Which settings an attachment gets: the pod's annotations and the network's configuration, held
// against the policies. Thread-safety: pure function, but for reading files.
#pragma once

#include <vector>

#include "cni/attachment.h"
#include "sysctl/setting.h"

namespace podsysctl::cni {

// Whether the network's configuration or the pod asks for something, granted or not.
[[nodiscard]] bool asks_for_anything(const Config& config);

[[nodiscard]] Outcome<std::vector<sysctl::Setting>> granted(const Environment& environment,
                                                            const Config& config, Notes& notes);

}  // namespace podsysctl::cni
