// SPDX-License-Identifier: Apache-2.0
// spec.volumes and a container's volumeMounts. emptyDir, hostPath, configMap and secret are
// supported; a volume of another kind is refused once it is mounted.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "pod/env_reader.h"
#include "pod/object_reader.h"
#include "pod/pod_scope.h"
#include "pod/spec.h"

namespace podsysctl::pod {

// What spec.volumes holds, by name.
struct VolumeSet {
  enum class State : std::uint8_t { usable, unsupported, dropped };
  std::vector<Volume> volumes;
  std::map<std::string, State, std::less<>> states;
  std::map<std::string, std::string, std::less<>> kinds;  // of the unsupported: "nfs"
};

[[nodiscard]] VolumeSet read_volumes(const ObjectReader& spec, const PodScope& scope);

[[nodiscard]] std::vector<VolumeMount> read_mounts(const ObjectReader& container,
                                                   const VolumeSet& volumes,
                                                   const Environment& environment);

}  // namespace podsysctl::pod
