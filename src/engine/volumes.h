// SPDX-License-Identifier: Apache-2.0
// A pod's volumes as folders or files to bind: emptyDir (a folder, or a tmpfs), hostPath with its
// type checks, and the files of configMaps and secrets. What is mounted is mounted in one mount
// namespace: of the embedded engine the sandbox's, of others the host's, where their runtime looks.
// A subPath is looked up below the volume without following links, and its place is bound by
// descriptor, so that a container cannot swap it for a link meanwhile (the kubelet's
// CVE-2017-1002101). Errors name the volume. Thread-safety: no shared state.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "linux/namespaces.h"
#include "pod/spec.h"

namespace podsysctl::engine {

struct ContainerRequest;

struct BindMount {
  std::string source;  // absolute, in VolumeHome::mounts
  std::string target;  // absolute, in the container
  pod::Access access = pod::Access::read_write;
  pod::Propagation propagation = pod::Propagation::none;
};

struct VolumeHome {
  std::string folder;                        // of emptyDirs on disk: <root>/pods/<uid>/volumes
  std::string mounts_folder;                 // of what is mounted; may be the same
  const linux::Namespace* mounts = nullptr;  // where it is mounted
};

// Makes the volume and returns the path to bind. Doing it again finds what is there.
[[nodiscard]] Result<std::string> prepare_volume(const VolumeHome& home, const pod::Volume& volume);

// The bind of one volumeMount; `source` is what prepare_volume() gave. `unique` names the bind
// within the pod: "<container>-<index>".
[[nodiscard]] Result<BindMount> resolve_volume_mount(const VolumeHome& home,
                                                     const pod::VolumeMount& mount,
                                                     const std::string& source,
                                                     std::string_view unique);

// The container's volumeMounts, each with its volume made; emptyDirs belong to fsGroup.
[[nodiscard]] Result<std::vector<BindMount>> bind_volumes(const ContainerRequest& request,
                                                          const VolumeHome& home);

// Unmounts and removes a sandbox's folder of mounts in our own mount namespace; absent is success.
[[nodiscard]] Result<> remove_mounts(const std::string& folder);

}  // namespace podsysctl::engine
