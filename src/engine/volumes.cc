// SPDX-License-Identifier: Apache-2.0
#include "engine/volumes.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "base/strings.h"
#include "linux/file.h"
#include "linux/mount_thread.h"
#include "linux/mounts.h"

namespace podsysctl::engine {
namespace {

namespace fs = std::filesystem;

bool is_inside(std::string_view path) {
  const auto parts = split(path, '/');
  return !path.empty() && !path.starts_with('/') &&
         std::ranges::none_of(parts, [](std::string_view part) { return part == ".."; });
}

std::unexpected<Error> bad_volume(const pod::Volume& volume, std::string_view why) {
  return Error::of(Code::invalid_argument, "volume {}: {}", in_quotes(volume.name), why);
}

// A tmpfs in the sandbox's mount namespace, once. True if it was mounted now.
Result<bool> ensure_tmpfs(const VolumeHome& home, const std::string& folder,
                          const std::string& options) {
  PSYS_TRY(linux::make_directories(folder));
  bool fresh = false;
  PSYS_TRY(linux::in_mount_namespace(*home.mounts, [&]() -> Result<> {
    PSYS_TRY_ASSIGN(const auto mounted, linux::mounts_below(folder));
    if (std::ranges::find(mounted, folder) != mounted.end()) {
      return {};
    }
    fresh = true;
    return linux::mount_tmpfs(folder, options);
  }));
  return fresh;
}

Result<std::string> prepare_empty_dir(const VolumeHome& home, const pod::Volume& volume,
                                      const std::string& folder) {
  const pod::EmptyDir& wanted = volume.empty_dir;
  if (wanted.in_memory) {
    std::string options = "mode=0777";
    if (wanted.size_limit) {
      options += fmt::format(",size={}", *wanted.size_limit);
    }
    PSYS_TRY(ensure_tmpfs(home, folder, options));
    return folder;
  }
  PSYS_TRY(linux::make_directories(folder));
  std::error_code failure;
  fs::permissions(folder, fs::perms::all, failure);  // whatever the umask is
  if (failure) {
    return Error::from_errno(failure.value(), "volume {}: chmod {}", volume.name, folder);
  }
  return folder;
}

Result<> write_files(const pod::Volume& volume, const std::string& folder) {
  for (const auto& [path, file] : volume.projected.files) {
    if (!is_inside(path)) {
      return bad_volume(volume, fmt::format("the file {} is not a relative path without \"..\"",
                                            in_quotes(path)));
    }
    const std::string full = fmt::format("{}/{}", folder, path);
    PSYS_TRY(linux::make_directories(fs::path(full).parent_path().string()));
    PSYS_TRY(linux::write_file_atomically(full, file.content, 0600));
    std::error_code failure;
    fs::permissions(full, static_cast<fs::perms>(file.mode & 0777U), failure);
    if (failure) {
      return Error::from_errno(failure.value(), "volume {}: chmod {}", volume.name, full);
    }
  }
  return {};
}

// In memory, so that secrets touch no disk, and gone with the sandbox.
Result<std::string> prepare_files(const VolumeHome& home, const pod::Volume& volume,
                                  const std::string& folder) {
  PSYS_TRY_ASSIGN(const bool fresh, ensure_tmpfs(home, folder, "mode=0755"));
  if (fresh) {
    PSYS_TRY(linux::in_mount_namespace(*home.mounts, [&] { return write_files(volume, folder); }));
  }
  return folder;
}

Result<> create_host_path(const pod::Volume& volume) {
  using Type = pod::HostPath::Type;
  const pod::HostPath& host = volume.host_path;
  std::error_code ignored;
  if (fs::exists(fs::status(host.path, ignored))) {
    return {};
  }
  switch (host.type) {
    case Type::unset:  // as container runtimes do
    case Type::directory_or_create:
      return linux::make_directories(host.path);
    case Type::file_or_create:
      return linux::write_file(host.path, "", 0644);
    default:
      return Error::of(Code::not_found, "volume {}: hostPath {} does not exist",
                       in_quotes(volume.name), in_quotes(host.path));
  }
}

// What the kubelet calls the type, "" where it is right.
std::string_view wrong_type(pod::HostPath::Type wanted, fs::file_type found) {
  using Type = pod::HostPath::Type;
  switch (wanted) {
    case Type::directory:
    case Type::directory_or_create:
      return found == fs::file_type::directory ? "" : "a directory";
    case Type::file:
    case Type::file_or_create:
      return found == fs::file_type::regular ? "" : "a file";
    case Type::socket:
      return found == fs::file_type::socket ? "" : "a socket file";
    case Type::char_device:
      return found == fs::file_type::character ? "" : "a character device";
    case Type::block_device:
      return found == fs::file_type::block ? "" : "a block device";
    case Type::unset:
      return "";
  }
  return "";
}

Result<std::string> prepare_host_path(const pod::Volume& volume) {
  const std::string& path = volume.host_path.path;
  if (!path.starts_with('/') || !is_inside(path.substr(1).append("."))) {
    return bad_volume(volume, fmt::format("the hostPath {} must be an absolute path without \"..\"",
                                          in_quotes(path)));
  }
  PSYS_TRY(create_host_path(volume));
  std::error_code failure;
  const fs::file_type found = fs::status(path, failure).type();
  if (failure) {
    return Error::from_errno(failure.value(), "volume {}: stat {}", volume.name, path);
  }
  if (const auto wanted = wrong_type(volume.host_path.type, found); !wanted.empty()) {
    return bad_volume(volume,
                      fmt::format("hostPath type check failed: {} is not {}", path, wanted));
  }
  return path;
}

// Opens the subPath below the volume, making the folders that are missing. Names are resolved one
// after another by descriptor; a link is refused wherever it is.
Result<linux::Fd> open_sub_path(linux::FdRef volume, const std::string& sub_path) {
  linux::Fd current;
  linux::FdRef parent = volume;
  for (const std::string_view part : split(sub_path, '/')) {
    if (part.empty() || part == ".") {
      continue;
    }
    auto next = linux::open_beneath(parent, part, O_PATH);
    if (!next && next.error().sys_errno == ENOENT) {
      std::error_code failure;
      fs::create_directory(fmt::format("/proc/self/fd/{}/{}", parent.get(), part), failure);
      if (failure) {
        return Error::from_errno(failure.value(), "create the folder {}", part);
      }
      next = linux::open_beneath(parent, part, O_PATH);
    }
    if (!next) {
      return std::unexpected(std::move(next).error());
    }
    current = *std::move(next);
    parent = current.ref();
  }
  return current;
}

Result<> make_bind_target(linux::FdRef source, const std::string& target) {
  std::error_code failure;
  const fs::file_status status = fs::status(fmt::format("/proc/self/fd/{}", source.get()), failure);
  if (failure) {
    return Error::from_errno(failure.value(), "stat the subPath");
  }
  if (status.type() == fs::file_type::directory) {
    return linux::make_directories(target, 0700);
  }
  PSYS_TRY(linux::make_directories(fs::path(target).parent_path().string(), 0700));
  return linux::write_file(target, "");
}

Result<> bind_sub_path(const pod::VolumeMount& mount, const std::string& source,
                       const std::string& target) {
  PSYS_TRY_ASSIGN(const auto mounted, linux::mounts_below(target));
  if (!mounted.empty()) {
    return {};  // of an earlier start of this container
  }
  PSYS_TRY_ASSIGN(const linux::Fd volume, linux::open_file(source, O_PATH | O_DIRECTORY));
  auto place = open_sub_path(volume.ref(), mount.sub_path);
  if (!place) {
    const bool link = place.error().sys_errno == ELOOP;
    return std::unexpected(std::move(place).error().within(
        fmt::format("volume {}: subPath {}{}", in_quotes(mount.volume), in_quotes(mount.sub_path),
                    link ? " leads through a link, which is refused" : "")));
  }
  PSYS_TRY(make_bind_target(place->ref(), target));
  return linux::bind_mount(place->ref(), target, mount.sub_path);
}

}  // namespace

Result<std::string> prepare_volume(const VolumeHome& home, const pod::Volume& volume) {
  if (volume.name.empty() || volume.name.starts_with('.') ||
      volume.name.find('/') != std::string::npos) {
    return bad_volume(volume, "this is no name of a volume");
  }
  const bool mounted = volume.kind == pod::Volume::Kind::files || volume.empty_dir.in_memory;
  const std::string folder = (mounted ? home.mounts_folder : home.folder) + "/" + volume.name;
  switch (volume.kind) {
    case pod::Volume::Kind::empty_dir:
      return prepare_empty_dir(home, volume, folder);
    case pod::Volume::Kind::host_path:
      return prepare_host_path(volume);
    case pod::Volume::Kind::files:
      return prepare_files(home, volume, folder);
  }
  return bad_volume(volume, "a kind that is not known");
}

Result<BindMount> resolve_volume_mount(const VolumeHome& home, const pod::VolumeMount& mount,
                                       const std::string& source, std::string_view unique) {
  if (mount.sub_path.empty()) {
    return BindMount{source, mount.mount_path, mount.access, mount.propagation};
  }
  if (!is_inside(mount.sub_path)) {
    return Error::of(Code::invalid_argument,
                     "volume {}: subPath {} must be a relative path without \"..\"",
                     in_quotes(mount.volume), in_quotes(mount.sub_path));
  }
  const std::string target = fmt::format("{}/.subpaths/{}", home.mounts_folder, unique);
  PSYS_TRY(linux::in_mount_namespace(*home.mounts,
                                     [&] { return bind_sub_path(mount, source, target); }));
  return BindMount{target, mount.mount_path, mount.access, mount.propagation};
}

Result<> remove_mounts(const std::string& folder) {
  PSYS_TRY_ASSIGN(const auto mounted, linux::mounts_below(folder));
  for (const std::string& path : mounted) {
    PSYS_TRY(linux::unmount(path));
  }
  return linux::remove_tree(folder);
}

}  // namespace podsysctl::engine
