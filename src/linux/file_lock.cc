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

}  // namespace podsysctl::linux
