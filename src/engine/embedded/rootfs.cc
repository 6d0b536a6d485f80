// SPDX-License-Identifier: Apache-2.0
#include "engine/embedded/rootfs.h"

#include <fcntl.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "base/strings.h"
#include "linux/file.h"
#include "linux/mount_thread.h"
#include "linux/mounts.h"
#include "linux/open_in_root.h"

namespace podsysctl::engine {
namespace {

constexpr std::size_t kMostLayers = 500;  // OVL_MAX_STACK of the kernel
constexpr std::size_t kLongestOptions =
    3000;  // mount(2) takes a page; the rest is for upper and work

std::size_t options_length(const std::vector<std::string>& layers) {
  std::size_t length = 0;
  for (const std::string& layer : layers) {
    length += layer.size() + 2;
  }
  return length;
}

// Names for layers that would not fit: links "0", "1", … in a folder that the caller then works in.
Result<> shorten(std::vector<std::string>& layers, const std::string& folder) {
  namespace fs = std::filesystem;
  PSYS_TRY(linux::remove_tree(folder));
  PSYS_TRY(linux::make_directories(folder, 0700));
  std::error_code failure;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    std::string name = std::to_string(i);
    fs::create_directory_symlink(layers[i], fs::path(folder) / name, failure);
    if (failure) {
      return Error::from_errno(failure.value(), "link layer {} in {}", layers[i], folder);
    }
    layers[i] = std::move(name);
  }
  fs::current_path(folder, failure);
  if (failure) {
    return Error::from_errno(failure.value(), "go to {}", folder);
  }
  return {};
}

// Its type is looked at without following it.
Result<> check_system_folder(linux::FdRef rootfs, std::string_view name) {
  const auto folder = linux::open_beneath(rootfs, name, O_PATH | O_DIRECTORY);
  if (folder || folder.error().sys_errno == ENOENT) {
    return {};
  }
  return Error::of(Code::invalid_argument,
                   "the image's /{} is {}: the kernel's own file systems are mounted there, so it "
                   "must be a folder; the image is refused",
                   name, folder.error().sys_errno == ELOOP ? "a link" : "no folder");
}

std::string_view first_component(std::string_view path) {
  while (path.starts_with('/')) {
    path.remove_prefix(1);
  }
  return path.substr(0, path.find('/'));
}

bool is_system(std::string_view component) {
  return component == "proc" || component == "sys" || component == "dev";
}

// Links are followed to where they would lead once /proc is mounted, although it is empty now.
Result<> check_target(linux::FdRef rootfs, const std::string& target) {
  if (is_system(first_component(target))) {
    return {};  // the runtime's own, by its plain name
  }
  PSYS_TRY_ASSIGN(const std::string place, linux::place_in_root(rootfs, target));
  if (is_system(first_component(place))) {
    return Error::of(Code::invalid_argument,
                     "the path {} cannot be used: it leads to {} through a link of the image",
                     in_quotes(target), in_quotes(place));
  }
  return {};
}

}  // namespace

Result<MountedRootfs> mount_rootfs(const linux::Namespace& mounts, const Rootfs& rootfs) {
  if (rootfs.layers.empty() || rootfs.layers.size() > kMostLayers) {
    return Error::of(Code::unsupported, "the image has {} layers: the kernel stacks 1 to {}",
                     rootfs.layers.size(), kMostLayers);
  }
  const linux::Overlay overlay{rootfs.layers, rootfs.folder + "/upper", rootfs.folder + "/work",
                               rootfs.target};
  for (const std::string& folder : {overlay.upper, overlay.work, overlay.target}) {
    PSYS_TRY(linux::make_directories(folder));
  }
  PSYS_TRY(linux::copy_owner_and_mode(overlay.lower.front(), overlay.upper));
  MountedRootfs made{.path = overlay.target};
  const auto mount = [&]() -> Result<> {
    linux::Overlay mounted = overlay;
    if (options_length(mounted.lower) > kLongestOptions) {
      PSYS_TRY(shorten(mounted.lower, rootfs.folder + "/layers"));
    }
    PSYS_TRY(linux::mount_overlay(mounted));
    PSYS_TRY_ASSIGN(made.root, linux::open_file(made.path, O_PATH | O_DIRECTORY));
    return {};
  };
  PSYS_TRY(linux::in_mount_namespace(mounts, mount));
  return made;
}

Result<linux::Fd> open_in_namespace(const linux::Namespace& mounts, const std::string& path) {
  linux::Fd folder;
  PSYS_TRY(linux::in_mount_namespace(mounts, [&]() -> Result<> {
    PSYS_TRY_ASSIGN(folder, linux::open_file(path, O_PATH | O_DIRECTORY));
    return {};
  }));
  return folder;
}

Result<> check_rootfs(linux::FdRef rootfs, const std::vector<std::string>& targets) {
  for (const std::string_view name : {"proc", "sys", "dev"}) {
    PSYS_TRY(check_system_folder(rootfs, name));
  }
  for (const char* const file : {"/etc/hosts", "/etc/hostname", "/etc/resolv.conf"}) {
    PSYS_TRY(check_target(rootfs, file));
  }
  for (const std::string& target : targets) {
    PSYS_TRY(check_target(rootfs, target));
  }
  return {};
}

}  // namespace podsysctl::engine
