// SPDX-License-Identifier: Apache-2.0
// securityContext of the pod and of its containers, merged: the container's field wins.
#pragma once

#include "pod/object_reader.h"
#include "pod/spec.h"

namespace podsysctl::pod {

// What the pod's securityContext gives every container, sysctls apart; also fills pod.fs_group.
[[nodiscard]] SecurityContext read_pod_security(const ObjectReader& spec, PodSpec& pod);

// `inherited` is the pod's.
[[nodiscard]] SecurityContext read_container_security(const ObjectReader& container,
                                                      const SecurityContext& inherited);

}  // namespace podsysctl::pod
