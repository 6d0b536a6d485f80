// SPDX-License-Identifier: Apache-2.0
#include "linux/regular_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "linux/file.h"

namespace podsysctl::linux {
namespace {

// Opening a pipe for reading would wait for a writer.
constexpr int kFlags = O_RDONLY | O_NONBLOCK | O_NOCTTY;

Result<RegularFile> checked(Fd fd, std::string_view name) {
  struct stat status{};
  if (::fstat(fd.get(), &status) < 0) {
    return Error::from_errno(errno, "look at {}", name);
  }
  if (!S_ISREG(status.st_mode)) {
    return Error::of(Code::invalid_argument, "{} is no regular file", name);
  }
  std::string identity = fmt::format("{}:{}:{}:{}.{:09}:{}.{:09}", status.st_dev, status.st_ino,
                                     status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
                                     status.st_ctim.tv_sec, status.st_ctim.tv_nsec);
  return RegularFile{std::move(fd), static_cast<std::uint64_t>(status.st_size),
                     std::move(identity)};
}

}  // namespace

Result<RegularFile> open_regular(const std::string& path) {
  PSYS_TRY_ASSIGN(Fd fd, open_file(path, kFlags));
  return checked(std::move(fd), path);
}

Result<RegularFile> open_regular_beneath(FdRef folder, std::string_view path,
                                         std::string_view name) {
  Result<Fd> fd = open_beneath(folder, path, kFlags);
  if (!fd) {
    return Error::from_errno(fd.error().sys_errno, "open {} (symbolic links are not followed)",
                             name);
  }
  return checked(*std::move(fd), name);
}

Result<std::size_t> read_some_at(FdRef fd, std::span<char> buffer, std::uint64_t offset,
                                 std::string_view name) {
  for (;;) {
    const ssize_t count =
        ::pread(fd.get(), buffer.data(), buffer.size(), static_cast<off_t>(offset));
    if (count >= 0) {
      return static_cast<std::size_t>(count);
    }
    if (errno != EINTR) {
      return Error::from_errno(errno, "read {}", name);
    }
  }
}

}  // namespace podsysctl::linux
