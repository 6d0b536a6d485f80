// SPDX-License-Identifier: Apache-2.0
// A container's volumeMounts, whatever the engine.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "engine/engine.h"
#include "engine/volumes.h"
#include "linux/mount_thread.h"

namespace podsysctl::engine {
namespace {

// fsGroup: an emptyDir belongs to the group, and so does what is made in it (setgid).
Result<> give_to_group(const ContainerRequest& request, const linux::Namespace& mounts,
                       const pod::Volume& volume, const std::string& source) {
  if (!request.pod.fs_group || volume.kind != pod::Volume::Kind::empty_dir) {
    return {};
  }
  constexpr mode_t kGroupMode = 02777;
  const auto group = static_cast<gid_t>(*request.pod.fs_group);
  return in_mount_namespace(mounts, [&]() -> Result<> {
    if (::chown(source.c_str(), static_cast<uid_t>(-1), group) < 0 ||
        ::chmod(source.c_str(), kGroupMode) < 0) {
      return Error::from_errno(errno, "give volume {} to group {}", volume.name, group);
    }
    return {};
  });
}

}  // namespace

Result<std::vector<BindMount>> bind_volumes(const ContainerRequest& request,
                                            const VolumeHome& home) {
  std::vector<BindMount> binds;
  for (const pod::VolumeMount& mount : request.container.mounts) {
    const auto volume = std::ranges::find(request.pod.volumes, mount.volume, &pod::Volume::name);
    if (volume == request.pod.volumes.end()) {
      return Error::of(Code::invalid_argument,
                       "container {} mounts volume {}, which the pod has not",
                       request.container.name, mount.volume);
    }
    PSYS_TRY_ASSIGN(const std::string source, prepare_volume(home, *volume));
    PSYS_TRY(give_to_group(request, *home.mounts, *volume, source));
    const std::string unique = fmt::format("{}-{}", request.container.name, binds.size());
    PSYS_TRY_ASSIGN(BindMount bind, resolve_volume_mount(home, mount, source, unique));
    binds.push_back(std::move(bind));
  }
  return binds;
}

}  // namespace podsysctl::engine
