// SPDX-License-Identifier: Apache-2.0
#include "linux/file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "base/scope_exit.h"

namespace podsysctl::linux {
namespace {

// A standard stream can be non-blocking because another program that shares it made it so. True
// where errno said so, after the descriptor has become ready; errno is kept where false.
bool waited_for(FdRef fd, short event) {
  if (errno != EAGAIN) {
    return false;
  }
  pollfd ready{fd.get(), event, 0};
  const bool woken = ::poll(&ready, 1, -1) >= 0 || errno == EINTR;
  errno = EAGAIN;
  return woken;
}

}  // namespace

Result<Fd> open_file(const std::string& path, int flags, mode_t mode) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  if (fd < 0) {
    return Error::from_errno(errno, "open {}", path);
  }
  return Fd::adopt(fd);
}

Result<std::string> read_all(FdRef fd, std::string_view name, std::size_t limit) {
  std::string text;
  std::array<char, 8192> buffer{};
  for (;;) {
    const ssize_t count = ::read(fd.get(), buffer.data(), buffer.size());
    if (count < 0) {
      if (errno == EINTR || waited_for(fd, POLLIN)) {
        continue;
      }
      return Error::from_errno(errno, "read {}", name);
    }
    if (count == 0) {
      return text;
    }
    if (text.size() + static_cast<std::size_t>(count) > limit) {
      return Error::of(Code::invalid_argument, "{} is larger than {} bytes", name, limit);
    }
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

Result<std::string> read_file(const std::string& path, std::size_t limit) {
  PSYS_TRY_ASSIGN(const Fd fd, open_file(path, O_RDONLY));
  return read_all(fd.ref(), path, limit);
}

Result<> write_all(FdRef fd, std::string_view data, std::string_view name) {
  while (!data.empty()) {
    const ssize_t count = ::write(fd.get(), data.data(), data.size());
    if (count < 0) {
      if (errno == EINTR || waited_for(fd, POLLOUT)) {
        continue;
      }
      return Error::from_errno(errno, "write {}", name);
    }
    data.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

Result<> write_file(const std::string& path, std::string_view data, mode_t mode) {
  PSYS_TRY_ASSIGN(const Fd fd, open_file(path, O_WRONLY | O_CREAT | O_TRUNC, mode));
  return write_all(fd.ref(), data, path);
}

Result<> write_file_atomically(const std::string& path, std::string_view data, mode_t mode) {
  // The counter keeps two threads of one process apart, the pid two processes.
  static std::atomic<unsigned> counter{0};
  const std::string temporary = fmt::format("{}.{}.{}.new", path, ::getpid(), counter.fetch_add(1));
  ScopeExit remove([&] { ::unlink(temporary.c_str()); });
  PSYS_TRY(write_file(temporary, data, mode));
  if (::rename(temporary.c_str(), path.c_str()) < 0) {
    return Error::from_errno(errno, "rename {} to {}", temporary, path);
  }
  remove.release();
  return {};
}

Result<> make_directories(const std::string& path, mode_t mode) {
  if (::mkdir(path.c_str(), mode) == 0 || errno == EEXIST) {
    return {};
  }
  const int failure = errno;
  const std::size_t slash = path.find_last_of('/');
  if (failure != ENOENT || slash == std::string::npos || slash == 0) {
    return Error::from_errno(failure, "create folder {}", path);
  }
  PSYS_TRY(make_directories(path.substr(0, slash), mode));
  if (::mkdir(path.c_str(), mode) < 0 && errno != EEXIST) {
    return Error::from_errno(errno, "create folder {}", path);
  }
  return {};
}

Result<> remove_tree(const std::string& path) {
  // Another process may be removing the same tree. What it took away is gone and no failure, and
  // each time that this happens there is less of the tree: the loop ends.
  std::error_code failure;
  std::error_code unknown;
  do {
    std::filesystem::remove_all(path, failure);
  } while (failure == std::errc::no_such_file_or_directory &&
           std::filesystem::exists(std::filesystem::symlink_status(path, unknown)));
  if (failure == std::errc::no_such_file_or_directory) {
    return {};
  }
  if (failure) {
    return Error::from_errno(failure.value(), "remove {}", path);
  }
  return {};
}

}  // namespace podsysctl::linux
