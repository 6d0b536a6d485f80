// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "base/strings.h"
#include "linux/file.h"

namespace podsysctl::linux {
namespace {

// The walk of kernels without openat2: no component may be a link or lie on another file system.
Result<Fd> walk_beneath(FdRef directory, std::string_view path, int flags, mode_t mode) {
  struct stat root{};
  if (::fstat(directory.get(), &root) < 0) {
    return Error::from_errno(errno, "stat the folder of {}", path);
  }
  Fd current;
  FdRef parent = directory;
  const std::vector<std::string_view> components = split(path, '/');
  for (std::size_t i = 0; i < components.size(); ++i) {
    const std::string component(components[i]);
    if (component.empty() || component == "." || component == "..") {
      return Error::from_errno(EXDEV, "open {}", path);
    }
    const bool last = i + 1 == components.size();
    const int step = last ? flags | O_NOFOLLOW | O_CLOEXEC : O_PATH | O_NOFOLLOW | O_CLOEXEC;
    const int fd = ::openat(parent.get(), component.c_str(), step, mode);
    if (fd < 0) {
      return Error::from_errno(errno, "open {}", path);
    }
    Fd next = Fd::adopt(fd);
    struct stat status{};
    if (::fstat(next.get(), &status) < 0) {
      return Error::from_errno(errno, "stat {}", path);
    }
    if (S_ISLNK(status.st_mode)) {
      return Error::from_errno(ELOOP, "open {}", path);
    }
    if (status.st_dev != root.st_dev) {
      return Error::from_errno(EXDEV, "open {}", path);
    }
    current = std::move(next);
    parent = current.ref();
  }
  return current;
}

}  // namespace

Result<Fd> open_beneath(FdRef directory, std::string_view path, int flags, mode_t mode) {
  const std::string name(path);
  open_how how{};
  how.flags = static_cast<__u64>(flags | O_CLOEXEC);
  how.mode = mode;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS;
  const long fd = ::syscall(SYS_openat2, directory.get(), name.c_str(), &how, sizeof how);
  if (fd >= 0) {
    return Fd::adopt(static_cast<int>(fd));
  }
  const int failure = errno;
  // EPERM is what a seccomp filter that does not know the call answers with.
  if (failure == ENOSYS || failure == EPERM) {
    return walk_beneath(directory, path, flags, mode);
  }
  return Error::from_errno(failure, "open {}", path);
}

}  // namespace podsysctl::linux
