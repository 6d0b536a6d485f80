// SPDX-License-Identifier: Apache-2.0
// A pod's volumes as folders or files to bind: emptyDir (a folder, or a tmpfs inside the sandbox's
// mount namespace), hostPath with its type checks, and the files of configMaps and secrets.
// A subPath is looked up below the volume without following links, and its place is bound by
// descriptor, so that a container cannot swap it for a link meanwhile (the kubelet's
// CVE-2017-1002101). Errors name the volume. Thread-safety: no shared state.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/embedded/oci_spec.h"
#include "linux/namespaces.h"
#include "pod/spec.h"

namespace podsysctl::engine {

struct VolumeHome {
  std::string folder;                        // of the pod: <root>/pods/<uid>/volumes
  const linux::Namespace* mounts = nullptr;  // the sandbox's
};

// Makes the volume and returns the path to bind. Doing it again finds what is there.
[[nodiscard]] Result<std::string> prepare_volume(const VolumeHome& home, const pod::Volume& volume);

// The bind of one volumeMount; `source` is what prepare_volume() gave. `unique` names the bind
// within the pod: "<container>-<index>".
[[nodiscard]] Result<BindMount> resolve_volume_mount(const VolumeHome& home,
                                                     const pod::VolumeMount& mount,
                                                     const std::string& source,
                                                     std::string_view unique);

}  // namespace podsysctl::engine
