// SPDX-License-Identifier: Apache-2.0
// The kernel parameters that a pod asks for: spec.securityContext.sysctls, then the two alpha
// annotations, which Kubernetes >= 1.11 ignores and podsysctl honours, with a notice. Duplicates,
// of one spelling or of two, stay in the list: policy and plan refuse them.
#pragma once

#include "pod/problems.h"
#include "pod/spec.h"
#include "policy/kubernetes_version.h"
#include "yaml/value.h"

namespace podsysctl::pod {

// `security_context` and `metadata` are judged field by field elsewhere; pod.annotations is read.
void read_sysctl_field(const yaml::Value& security_context, policy::KubernetesVersion version,
                       PodSpec& pod, Problems& problems);
void read_sysctl_annotations(const yaml::Value& metadata, policy::KubernetesVersion version,
                             PodSpec& pod, Problems& problems);

}  // namespace podsysctl::pod
