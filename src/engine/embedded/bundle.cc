// SPDX-License-Identifier: Apache-2.0
#include "engine/embedded/bundle.h"

#include <algorithm>

#include "base/strings.h"
#include "engine/embedded/identity.h"
#include "engine/embedded/oci_spec.h"
#include "engine/embedded/rootfs.h"
#include "engine/volumes.h"
#include "linux/file.h"
#include "linux/mount_thread.h"
#include "linux/mounts.h"
#include "sandbox/etc_files.h"

namespace podsysctl::engine {
namespace {

constexpr std::string_view kShmOptions = "mode=1777,size=67108864";  // 64 MiB, as docker's

std::string layer_folder(const PodFolders& folders, const std::string& id) {
  return fmt::format("{}/rootfs/{}", folders.pod, id);
}

std::string hostname_of(const pod::PodSpec& pod) {
  return pod.hostname.empty() ? pod.name : pod.hostname;
}

NamespaceChoice choice_of(const SandboxState& sandbox, std::string_view kind) {
  const auto record = std::ranges::find(sandbox.namespaces, kind, &store::NamespaceRecord::kind);
  if (record == sandbox.namespaces.end()) {
    return {NamespaceChoice::Kind::fresh, {}};
  }
  if (record->path == "host") {
    return {NamespaceChoice::Kind::host, {}};
  }
  return {NamespaceChoice::Kind::join, record->path};
}

NamespaceChoice pid_choice(const ContainerRequest& request) {
  if (request.pod.pid == pod::Share::host) {
    return {NamespaceChoice::Kind::host, {}};
  }
  return choice_of(request.sandbox, "pid");
}

// One /dev/shm for all containers of a pod; a pod's only container has its own.
Result<std::string> shm_source(const ContainerRequest& request, const linux::Namespace& mounts) {
  if (request.pod.ipc == pod::Share::host) {
    return "/dev/shm";
  }
  if (request.pod.containers.size() + request.pod.init_containers.size() == 1) {
    return std::string{};
  }
  std::string folder = request.place.folder + "/shm";
  PSYS_TRY(linux::make_directories(folder));
  PSYS_TRY(linux::in_mount_namespace(mounts, [&]() -> Result<> {
    PSYS_TRY_ASSIGN(const auto mounted, linux::mounts_below(folder));
    return mounted.empty() ? linux::mount_tmpfs(folder, std::string(kShmOptions)) : Result<>{};
  }));
  return folder;
}

// A volume over /etc/hosts and its like wins over the pod's own file.
std::string etc_file(const ContainerRequest& request, const PodFolders& folders,
                     const std::string& name) {
  const bool hidden = std::ranges::any_of(request.container.mounts, [&](const auto& mount) {
    return mount.mount_path == "/etc/" + name || mount.mount_path == "/etc";
  });
  return hidden ? std::string{} : fmt::format("{}/etc/{}", folders.run, name);
}

std::vector<std::string> mount_targets(const std::vector<BindMount>& binds) {
  std::vector<std::string> targets;
  targets.reserve(binds.size());
  for (const BindMount& bind : binds) {
    targets.push_back(bind.target);
  }
  return targets;
}

Result<OciSpec> make_spec(const ContainerRequest& request, const PodFolders& folders,
                          const CgroupLayout& layout, const linux::Namespace& mounts,
                          const MountedRootfs& rootfs) {
  const std::string volumes = request.place.folder + "/volumes";
  PSYS_TRY_ASSIGN(std::vector<BindMount> binds, bind_volumes(request, {volumes, volumes, &mounts}));
  std::vector<std::string> used = mount_targets(binds);
  const std::string& own = request.container.working_dir;
  used.push_back(own.empty() ? request.image.config.working_dir : own);
  PSYS_TRY(check_rootfs(rootfs.root.ref(), used));
  OciSpecInput input;
  PSYS_TRY_ASSIGN(input.user, resolve_identity(rootfs.root.ref(), request.container,
                                               request.image.config.user));
  PSYS_TRY_ASSIGN(
      input.host,
      read_host_facts(request.container.security.privileged ? WithDevices::yes : WithDevices::no));
  PSYS_TRY_ASSIGN(input.shm_source, shm_source(request, mounts));
  input.host.cgroups = layout;
  input.container = request.container;
  input.image = {request.image.config.entrypoint, request.image.config.command,
                 request.image.config.env, request.image.config.working_dir};
  input.rootfs = rootfs.path;
  input.net = choice_of(request.sandbox, "net");
  input.ipc = choice_of(request.sandbox, "ipc");
  input.uts = choice_of(request.sandbox, "uts");
  input.pid = pid_choice(request);
  input.binds = std::move(binds);
  input.hosts_file = etc_file(request, folders, "hosts");
  input.hostname_file = etc_file(request, folders, "hostname");
  input.resolv_conf_file = etc_file(request, folders, "resolv.conf");
  input.hostname = hostname_of(request.pod);
  input.cgroups_path = cgroup_path_of(request.id);
  return make_oci_spec(input);
}

}  // namespace

std::string bundle_folder(const PodFolders& folders, const std::string& id) {
  return fmt::format("{}/bundles/{}", folders.run, id);
}

std::string rootfs_path(const PodFolders& folders, const std::string& id) {
  return fmt::format("{}/rootfs/{}", folders.run, id);
}

std::string exit_folder(const PodPlace& place) { return place.folder + "/exits"; }

linux::ProcessId process_in_bundle(const PodFolders& folders, const std::string& id) {
  const Result<std::string> text = linux::read_file(pid_file(folders, id), 64);
  const auto pid = text ? parse_number<pid_t>(trim(*text)) : std::nullopt;
  const Result<linux::ProcessId> process = pid ? linux::identify(*pid) : linux::ProcessId{};
  return process ? *process : linux::ProcessId{};
}

std::string pid_file(const PodFolders& folders, const std::string& id) {
  return bundle_folder(folders, id) + "/pid";
}

Result<std::vector<std::string>> write_bundle(const ContainerRequest& request,
                                              const PodFolders& folders, const CgroupLayout& layout,
                                              const linux::Namespace& mounts) {
  const std::string bundle = bundle_folder(folders, request.id);
  const std::string layer = layer_folder(folders, request.id);
  PSYS_TRY(linux::make_directories(bundle, 0700));
  PSYS_TRY(linux::make_directories(layer, 0711));
  PSYS_TRY_ASSIGN(const MountedRootfs rootfs,
                  mount_rootfs(mounts, {.layers = request.image.layers,
                                        .folder = layer,
                                        .target = rootfs_path(folders, request.id)}));
  PSYS_TRY_ASSIGN(OciSpec spec, make_spec(request, folders, layout, mounts, rootfs));
  PSYS_TRY(linux::write_file(bundle + "/config.json", spec.json));
  return std::move(spec.warnings);
}

Result<> remove_bundle(const PodFolders& folders, const std::string& id) {
  PSYS_TRY(linux::remove_tree(bundle_folder(folders, id)));
  PSYS_TRY(linux::remove_tree(rootfs_path(folders, id)));
  return linux::remove_tree(layer_folder(folders, id));
}

Result<> write_etc_files(const SandboxRequest& request, const PodFolders& folders,
                         const sandbox::NetworkAttachment& attachment) {
  const std::string folder = folders.run + "/etc";
  const bool host = request.network == sandbox::NetworkMode::host;
  const std::string hostname = hostname_of(request.pod);
  PSYS_TRY(linux::make_directories(folder));
  std::string hosts = sandbox::pod_hosts(hostname, attachment.addresses, request.pod.host_aliases);
  if (host) {
    PSYS_TRY_ASSIGN(hosts, sandbox::host_hosts(request.pod.host_aliases));
  }
  PSYS_TRY(linux::write_file(folder + "/hosts", hosts, 0644));
  PSYS_TRY(linux::write_file(folder + "/hostname", sandbox::hostname_file(hostname), 0644));
  PSYS_TRY_ASSIGN(const std::string resolv, sandbox::resolv_conf(request.network, attachment.dns));
  return linux::write_file(folder + "/resolv.conf", resolv, 0644);
}

}  // namespace podsysctl::engine
