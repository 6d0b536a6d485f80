// SPDX-License-Identifier: Apache-2.0
// One v1 Pod object -> PodSpec.
#pragma once

#include <string>

#include "pod/config_store.h"
#include "pod/problems.h"
#include "pod/spec.h"
#include "policy/kubernetes_version.h"
#include "yaml/value.h"

namespace podsysctl::pod {

struct PodReaderOptions {
  std::string name;  // instead of metadata.name, where not empty
  std::string default_namespace = "default";
  policy::KubernetesVersion version = policy::KubernetesVersion::newest();
};

[[nodiscard]] PodSpec read_pod_object(const yaml::Value& object, const ConfigStore& config,
                                      const PodReaderOptions& options, Problems& problems);

}  // namespace podsysctl::pod
