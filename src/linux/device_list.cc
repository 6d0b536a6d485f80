// SPDX-License-Identifier: Apache-2.0
#include "linux/device_list.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

namespace podsysctl::linux {

Result<std::vector<Device>> list_devices(const std::string& folder) {
  struct stat top{};
  if (::stat(folder.c_str(), &top) < 0) {
    return Error::from_errno(errno, "stat {}", folder);
  }
  std::vector<Device> found;
  std::error_code failure;
  using Walk = std::filesystem::recursive_directory_iterator;
  for (Walk entry(folder, failure), end; !failure && entry != end; entry.increment(failure)) {
    const std::string path = entry->path().string();
    struct stat status{};
    if (::lstat(path.c_str(), &status) < 0) {
      continue;  // gone in the meantime
    }
    if (S_ISDIR(status.st_mode) && status.st_dev != top.st_dev) {
      entry.disable_recursion_pending();
    } else if (S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode)) {
      found.push_back({path, S_ISCHR(status.st_mode) ? 'c' : 'b', ::major(status.st_rdev),
                       ::minor(status.st_rdev), status.st_mode & 07777U, status.st_uid,
                       status.st_gid});
    }
  }
  if (failure) {
    return Error::from_errno(failure.value(), "list the devices in {}", folder);
  }
  std::ranges::sort(found, {}, &Device::path);
  return found;
}

Result<std::string> machine_name() {
  utsname name{};
  if (::uname(&name) < 0) {
    return Error::from_errno(errno, "uname");
  }
  return std::string(static_cast<const char*>(name.machine));
}

}  // namespace podsysctl::linux
