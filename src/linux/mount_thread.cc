// SPDX-License-Identifier: Apache-2.0
#include "linux/mount_thread.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

namespace podsysctl::linux {

Result<> in_mount_namespace(const Namespace& mounts, const std::function<Result<>()>& work) {
  Result<> outcome;
  std::thread([&] {
    if (::unshare(CLONE_FS) < 0) {
      outcome = Error::from_errno(errno, "leave the shared working folder");
      return;
    }
    outcome = mounts.enter();
    if (outcome) {
      outcome = work();
    }
  }).join();
  return outcome;
}

Result<> bind_mount(FdRef source, const std::string& target, std::string_view name) {
  const std::string link = fmt::format("/proc/self/fd/{}", source.get());
  if (::mount(link.c_str(), target.c_str(), nullptr, MS_BIND | MS_REC, nullptr) < 0) {
    return Error::from_errno(errno, "bind {} to {}", name, target);
  }
  return {};
}

Result<> copy_owner_and_mode(const std::string& from, const std::string& to) {
  struct stat status{};
  if (::stat(from.c_str(), &status) < 0) {
    return Error::from_errno(errno, "stat {}", from);
  }
  if (::lchown(to.c_str(), status.st_uid, status.st_gid) < 0 ||
      ::chmod(to.c_str(), status.st_mode & 07777U) < 0) {
    return Error::from_errno(errno, "give {} the owner and mode of {}", to, from);
  }
  return {};
}

}  // namespace podsysctl::linux
