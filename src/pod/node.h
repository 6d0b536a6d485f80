// SPDX-License-Identifier: Apache-2.0
// The labels of this host as a node, and whether a pod's nodeSelector matches them.
// Thread-safety: no shared state.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace podsysctl::pod {

using Labels = std::map<std::string, std::string>;

// kubernetes.io/hostname, kubernetes.io/os and kubernetes.io/arch of this host (uname), and then
// `extra`, each "K=V" of --node-label, which may also replace these three.
// Errors: invalid_argument for a label that is none.
[[nodiscard]] Result<Labels> host_labels(std::span<const std::string> extra);

// GOARCH's word for a machine name of uname: x86_64 is amd64.
[[nodiscard]] std::string_view architecture_label(std::string_view machine);

// Success, or denied_by_policy with everything that differs and the flags that mend it.
[[nodiscard]] Result<> match_node_selector(const Labels& selector, const Labels& node);

}  // namespace podsysctl::pod
