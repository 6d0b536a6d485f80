// SPDX-License-Identifier: Apache-2.0
// A container's root file system: the image's layers under a writable one, mounted inside the
// sandbox's mount namespace, so that it vanishes with the sandbox. Layers come from images and are
// hostile: a root whose /proc, /sys or /dev are links or files is refused before a runtime mounts
// anything there. Thread-safety: no shared state; mounting happens on a thread of its own.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "linux/fd.h"
#include "linux/namespaces.h"

namespace podsysctl::engine {

struct Rootfs {
  std::vector<std::string> layers;  // absolute folders, uppermost first; at least one
  std::string folder;               // upper and work are made in it
  std::string target;               // where it is mounted; made if missing
};
struct MountedRootfs {
  std::string path;  // the target, in the mount namespace
  linux::Fd root;    // O_PATH: for resolve_identity() and check_rootfs()
};
// Its root has the uppermost layer's owner and mode. `unsupported` if the layers are more than the
// kernel takes.
[[nodiscard]] Result<MountedRootfs> mount_rootfs(const linux::Namespace& mounts,
                                                 const Rootfs& rootfs);

// A descriptor (O_PATH) of a folder inside the mount namespace.
[[nodiscard]] Result<linux::Fd> open_in_namespace(const linux::Namespace& mounts,
                                                  const std::string& path);

// Refuses a root in which a runtime's mounts would not land where they should: /proc, /sys and /dev
// must be folders or absent, and neither the pod's files in /etc nor a path of `targets` (mount
// targets, the working folder) may lead into one of them through links.
[[nodiscard]] Result<> check_rootfs(linux::FdRef rootfs, const std::vector<std::string>& targets);

}  // namespace podsysctl::engine
