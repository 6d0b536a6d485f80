// SPDX-License-Identifier: Apache-2.0
// A container's bundle below the pod's folder, made from its request: root file system and volumes
// mounted in the sandbox, config.json written; and the pod's own files below /etc.
//   <pod>/bundles/<id>/   config.json, the runtime's log, conmon's pid file
//   <pod>/rootfs/<id>/    upper, work, merged
//   <pod>/exits/<id>      the exit code of a detached container
//   <pod>/volumes/, <pod>/etc/{hosts,hostname,resolv.conf}, <pod>/shm (one /dev/shm for all)
// Thread-safety: no shared state.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "engine/embedded/cgroup.h"
#include "engine/engine.h"
#include "linux/namespaces.h"
#include "sandbox/network.h"

namespace podsysctl::engine {

[[nodiscard]] std::string bundle_folder(const PodPlace& place, const std::string& id);
[[nodiscard]] std::string exit_folder(const PodPlace& place);
// Written by the runtime before the command runs: the container's first process.
[[nodiscard]] std::string pid_file(const PodPlace& place, const std::string& id);

// Returns warnings for the user.
[[nodiscard]] Result<std::vector<std::string>> write_bundle(const ContainerRequest& request,
                                                            const CgroupLayout& layout,
                                                            const linux::Namespace& mounts);

// The container's bundle and writable layer; absent is success.
[[nodiscard]] Result<> remove_bundle(const PodPlace& place, const std::string& id);

[[nodiscard]] Result<> write_etc_files(const SandboxRequest& request,
                                       const sandbox::NetworkAttachment& attachment);

}  // namespace podsysctl::engine
