// SPDX-License-Identifier: Apache-2.0
#include "linux/open_in_root.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>

#include "linux/file.h"

namespace podsysctl::linux {
namespace {

std::string_view relative(std::string_view path) {
  while (path.starts_with('/')) {
    path.remove_prefix(1);
  }
  return path.empty() ? std::string_view(".") : path;
}

// The kernel's name of an open file.
Result<std::string> name_of(FdRef fd) {
  std::array<char, PATH_MAX> buffer{};
  const std::string link = fmt::format("/proc/self/fd/{}", fd.get());
  const ssize_t length = ::readlink(link.c_str(), buffer.data(), buffer.size());
  if (length < 0) {
    return Error::from_errno(errno, "read {}", link);
  }
  return std::string(buffer.data(), static_cast<std::size_t>(length));
}

}  // namespace

Result<Fd> open_in_root(FdRef root, std::string_view path, int flags) {
  const std::string name(relative(path));
  open_how how{};
  how.flags = static_cast<__u64>(flags | O_CLOEXEC);
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  const long fd = ::syscall(SYS_openat2, root.get(), name.c_str(), &how, sizeof how);
  if (fd >= 0) {
    return Fd::adopt(static_cast<int>(fd));
  }
  const int failure = errno;
  if ((failure == ENOSYS || failure == EPERM) && name != ".") {
    return open_beneath(root, name, flags);
  }
  return Error::from_errno(failure, "open {}", path);
}

Result<Fd> open_regular_in_root(FdRef root, std::string_view path) {
  PSYS_TRY_ASSIGN(const Fd place, open_in_root(root, path, O_PATH));
  struct stat status{};
  if (::fstat(place.get(), &status) < 0) {
    return Error::from_errno(errno, "stat {}", path);
  }
  if (!S_ISREG(status.st_mode)) {
    return Error::of(Code::invalid_argument, "{} is no regular file", path);
  }
  return open_file(fmt::format("/proc/self/fd/{}", place.get()), O_RDONLY | O_NOCTTY);
}

Result<std::string> resolve_in_root(FdRef root, std::string_view path) {
  PSYS_TRY_ASSIGN(const Fd place, open_in_root(root, path, O_PATH));
  PSYS_TRY_ASSIGN(const std::string base, name_of(root));
  PSYS_TRY_ASSIGN(std::string full, name_of(place.ref()));
  if (base == "/") {
    return full;
  }
  if (full == base) {
    return std::string("/");
  }
  if (!full.starts_with(base + "/")) {
    return Error::from_errno(EXDEV, "resolve {}", path);
  }
  return full.substr(base.size());
}

}  // namespace podsysctl::linux
