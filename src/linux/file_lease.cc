// SPDX-License-Identifier: Apache-2.0
#include "linux/file_lease.h"

#include <fcntl.h>
#include <signal.h>

#include <cerrno>

namespace podsysctl::linux {

BeingWritten being_written(FdRef fd) noexcept {
  // Who breaks the lease makes the kernel send this signal: one that is ignored, for SIGIO ends a
  // process.
  if (::fcntl(fd.get(), F_SETSIG, SIGURG) < 0) {
    return BeingWritten::no;
  }
  if (::fcntl(fd.get(), F_SETLEASE, F_RDLCK) < 0) {
    return errno == EAGAIN ? BeingWritten::yes : BeingWritten::no;
  }
  ::fcntl(fd.get(), F_SETLEASE, F_UNLCK);
  return BeingWritten::no;
}

}  // namespace podsysctl::linux
