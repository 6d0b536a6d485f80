// SPDX-License-Identifier: Apache-2.0
// A container's bundle, made from its request: root file system and volumes mounted in the sandbox,
// config.json written; and the pod's own files below /etc. What has no worth once the sandbox is
// gone lies below the run folder, which is memory on ordinary hosts: files on disk cost a start
// much.
//   <run>/bundles/<id>/   config.json, the runtime's log, conmon's pid file
//   <run>/rootfs/<id>     where the root is mounted
//   <run>/etc/            hosts, hostname, resolv.conf
//   <pod>/rootfs/<id>/    upper, work: the writable layer
//   <pod>/exits/<id>      the exit code of a detached container
//   <pod>/volumes/, <pod>/shm (one /dev/shm for all)
// Thread-safety: no shared state.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "engine/embedded/cgroup.h"
#include "engine/engine.h"
#include "linux/namespaces.h"
#include "linux/process.h"
#include "sandbox/network.h"

namespace podsysctl::engine {

struct PodFolders {
  std::string pod;  // <root>/pods/<uid>
  std::string run;  // <run folder>/<sandbox id>; made and removed with the sandbox
};

[[nodiscard]] std::string bundle_folder(const PodFolders& folders, const std::string& id);
// Where the root is mounted in the sandbox.
[[nodiscard]] std::string rootfs_path(const PodFolders& folders, const std::string& id);
[[nodiscard]] std::string exit_folder(const PodPlace& place);
// Written by the runtime before the command runs: the container's first process.
[[nodiscard]] std::string pid_file(const PodFolders& folders, const std::string& id);
// That process; none where there is no such file, or it has ended.
[[nodiscard]] linux::ProcessId process_in_bundle(const PodFolders& folders, const std::string& id);

// Returns warnings for the user.
[[nodiscard]] Result<std::vector<std::string>> write_bundle(const ContainerRequest& request,
                                                            const PodFolders& folders,
                                                            const CgroupLayout& layout,
                                                            const linux::Namespace& mounts);

// The container's bundle and writable layer; absent is success.
[[nodiscard]] Result<> remove_bundle(const PodFolders& folders, const std::string& id);

[[nodiscard]] Result<> write_etc_files(const SandboxRequest& request, const PodFolders& folders,
                                       const sandbox::NetworkAttachment& attachment);

}  // namespace podsysctl::engine
