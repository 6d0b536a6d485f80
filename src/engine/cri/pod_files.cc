// SPDX-License-Identifier: Apache-2.0
#include "engine/cri/pod_files.h"

#include <algorithm>
#include <filesystem>

#include "linux/file.h"
#include "linux/mounts.h"
#include "linux/namespaces.h"
#include "sandbox/etc_files.h"
#include "sandbox/run_folder.h"

namespace podsysctl::engine {
namespace {

std::string hosts_path(const PodPlace& place) { return place.folder + "/etc/hosts"; }

// A volume over /etc or /etc/hosts wins over the pod's own file.
bool hides_hosts(const pod::VolumeMount& mount) {
  return mount.mount_path == "/etc" || mount.mount_path == "/etc/hosts";
}

// Nothing is mounted for a pod that needs no mounts.
bool needs_mounts(const ContainerRequest& request) {
  return std::ranges::any_of(request.container.mounts, [&](const pod::VolumeMount& mount) {
    const auto volume = std::ranges::find(request.pod.volumes, mount.volume, &pod::Volume::name);
    return !mount.sub_path.empty() || volume == request.pod.volumes.end() ||
           volume->kind == pod::Volume::Kind::files || volume->empty_dir.in_memory;
  });
}

}  // namespace

Result<> write_hosts_file(const SandboxRequest& request,
                          const std::vector<std::string>& addresses) {
  const std::string path = hosts_path(request.place);
  PSYS_TRY(linux::make_directories(std::filesystem::path(path).parent_path()));
  const std::string& hostname =
      request.pod.hostname.empty() ? request.pod.name : request.pod.hostname;
  std::string hosts = sandbox::pod_hosts(hostname, addresses, request.pod.host_aliases);
  if (request.network == sandbox::NetworkMode::host) {
    PSYS_TRY_ASSIGN(hosts, sandbox::host_hosts(request.pod.host_aliases));
  }
  return linux::write_file(path, hosts, 0644);
}

Result<std::vector<BindMount>> prepare_mounts(const ContainerRequest& request,
                                              const std::string& run_folder) {
  if (needs_mounts(request)) {
    PSYS_TRY(sandbox::prepare_run_folder(std::filesystem::path(run_folder).parent_path()));
  }
  PSYS_TRY_ASSIGN(const linux::Namespace mounts, linux::Namespace::own(linux::NamespaceKind::mnt));
  PSYS_TRY_ASSIGN(std::vector<BindMount> binds,
                  bind_volumes(request, {.folder = request.place.folder + "/volumes",
                                         .mounts_folder = run_folder + "/volumes",
                                         .mounts = &mounts}));
  if (std::ranges::none_of(request.container.mounts, hides_hosts)) {
    binds.push_back({.source = hosts_path(request.place), .target = "/etc/hosts"});
  }
  return binds;
}

}  // namespace podsysctl::engine
