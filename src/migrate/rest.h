// SPDX-License-Identifier: Apache-2.0
// What a migration leaves for whoever runs the nodes, as text to copy from: a file for
// /etc/sysctl.d, and what the kubelet has to allow (or docker is told instead).
// Thread-safety: pure function.
#pragma once

#include <span>
#include <string>

#include "migrate/migrate.h"
#include "policy/kubernetes_version.h"

namespace podsysctl::migrate {

// "" where nothing is left. Annotations and profiles ask nothing of the kubelet.
[[nodiscard]] std::string rest_text(std::span<const Moved> moved, Target target,
                                    policy::KubernetesVersion version);

}  // namespace podsysctl::migrate
