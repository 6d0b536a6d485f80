// SPDX-License-Identifier: Apache-2.0
#include "sandbox/run_folder.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "linux/file.h"
#include "linux/file_lock.h"
#include "linux/mounts.h"

namespace podsysctl::sandbox {
namespace {

Result<bool> is_mount_point(const std::string& folder) {
  struct statx status{};
  if (::statx(AT_FDCWD, folder.c_str(), AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &status) < 0) {
    return Error::from_errno(errno, "stat {}", folder);
  }
  if ((status.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) != 0) {
    return (status.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
  }
  // Before Linux 5.8 only the mount table tells.
  PSYS_TRY_ASSIGN(const auto mounts, linux::mounts_below(folder));
  return std::ranges::find(mounts, folder) != mounts.end();
}

// Nothing is changed where it is shared already.
Result<> share(const std::string& folder) {
  if (::mount(nullptr, folder.c_str(), nullptr, MS_SHARED, nullptr) < 0) {
    return Error::from_errno(errno, "make the mount {} a shared one", folder);
  }
  return {};
}

}  // namespace

Result<> prepare_run_folder(const std::string& folder) {
  PSYS_TRY(linux::make_directories(folder, 0711));
  PSYS_TRY_ASSIGN(const bool ready, is_mount_point(folder));
  if (ready) {
    // unshare(1) and others make private what their mount namespace begins with.
    return share(folder);
  }
  PSYS_TRY_ASSIGN(const linux::Fd lock, linux::lock_file(folder + ".lock"));
  PSYS_TRY_ASSIGN(const bool made_meanwhile, is_mount_point(folder));
  if (!made_meanwhile && ::mount(folder.c_str(), folder.c_str(), nullptr, MS_BIND, nullptr) < 0) {
    return Error::from_errno(errno, "make {} a mount point", folder);
  }
  return share(folder);
}

}  // namespace podsysctl::sandbox
