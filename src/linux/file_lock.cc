// SPDX-License-Identifier: Apache-2.0
#include "linux/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

#include "linux/file.h"

namespace podsysctl::linux {

Result<Fd> lock_file(const std::string& path) {
  PSYS_TRY_ASSIGN(Fd fd, open_file(path, O_RDWR | O_CREAT | O_NOFOLLOW));
  while (::flock(fd.get(), LOCK_EX) < 0) {
    if (errno != EINTR) {
      return Error::from_errno(errno, "lock {}", path);
    }
  }
  return fd;
}

Result<std::optional<Fd>> try_lock_file(const std::string& path) {
  PSYS_TRY_ASSIGN(Fd fd, open_file(path, O_RDWR | O_CREAT | O_NOFOLLOW));
  while (::flock(fd.get(), LOCK_EX | LOCK_NB) < 0) {
    if (errno == EWOULDBLOCK) {
      return std::optional<Fd>();
    }
    if (errno != EINTR) {
      return Error::from_errno(errno, "lock {}", path);
    }
  }
  return std::optional<Fd>(std::move(fd));
}

}  // namespace podsysctl::linux
