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
#include <deque>
#include <optional>
#include <ranges>

#include "base/strings.h"
#include "linux/file.h"

namespace podsysctl::linux {
namespace {

std::string_view relative(std::string_view path) {
  while (path.starts_with('/')) {
    path.remove_prefix(1);
  }
  return path.empty() ? std::string_view(".") : path;
}

// The text of a link, nothing if `fd` is none.
Result<std::optional<std::string>> link_text(FdRef fd, std::string_view path) {
  struct stat status{};
  if (::fstat(fd.get(), &status) < 0) {
    return Error::from_errno(errno, "stat {}", path);
  }
  if (!S_ISLNK(status.st_mode)) {
    return std::optional<std::string>();
  }
  std::array<char, PATH_MAX> buffer{};
  const ssize_t length = ::readlinkat(fd.get(), "", buffer.data(), buffer.size());
  if (length < 0) {
    return Error::from_errno(errno, "read the link {}", path);
  }
  return std::optional<std::string>(std::string(buffer.data(), static_cast<std::size_t>(length)));
}

// The components of `path` in front of those that are there.
void prepend(std::deque<std::string>& to, std::string_view path) {
  const auto parts = split(path, '/');
  for (const std::string_view part : std::views::reverse(parts)) {
    if (!part.empty() && part != ".") {
      to.emplace_front(part);
    }
  }
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

Result<std::string> place_in_root(FdRef root, std::string_view path) {
  constexpr int kMostLinks = 40;  // as the kernel
  std::string place;
  std::deque<std::string> rest;
  prepend(rest, path);
  for (int links = 0; !rest.empty();) {
    const std::string part = std::move(rest.front());
    rest.pop_front();
    if (part == "..") {
      place.erase(place.empty() ? 0 : place.rfind('/'));
      continue;
    }
    std::string next = place;
    next.append("/").append(part);
    const auto fd = open_in_root(root, next, O_PATH | O_NOFOLLOW);
    std::optional<std::string> target;
    if (fd) {
      PSYS_TRY_ASSIGN(target, link_text(fd->ref(), next));
    }
    if (!target) {
      place = std::move(next);
      continue;
    }
    if (++links > kMostLinks) {
      return Error::of(Code::invalid_argument, "{}: too many links", path);
    }
    if (target->starts_with('/')) {
      place.clear();
    }
    prepend(rest, *target);
  }
  return place.empty() ? "/" : place;
}

}  // namespace podsysctl::linux
