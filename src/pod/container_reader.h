// SPDX-License-Identifier: Apache-2.0
// One entry of spec.containers or spec.initContainers.
#pragma once

#include <cstdint>
#include <string_view>

#include "pod/object_reader.h"
#include "pod/pod_scope.h"
#include "pod/spec.h"
#include "pod/volume_reader.h"

namespace podsysctl::pod {

enum class ContainerRole : std::uint8_t { application, init };

struct ContainerScope {
  const PodScope& pod;
  const SecurityContext& security;  // of the pod
  const VolumeSet& volumes;
  ContainerRole role = ContainerRole::application;
};

[[nodiscard]] Container read_container(const yaml::Value& value, const ContainerScope& scope,
                                       Problems& problems);

// imagePullPolicy where the manifest gives none: Always for the tag `latest`, written or implied,
// else IfNotPresent. Images that are no registry references (rootfs:, oci:, docker-archive:) are
// IfNotPresent.
[[nodiscard]] PullPolicy default_pull_policy(std::string_view image);

}  // namespace podsysctl::pod
