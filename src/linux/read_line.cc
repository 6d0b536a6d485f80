// SPDX-License-Identifier: Apache-2.0
#include "linux/read_line.h"

#include <unistd.h>

#include <cerrno>

namespace podsysctl::linux {

Result<std::string> read_line(FdRef fd, std::string_view name, std::size_t limit) {
  std::string line;
  for (;;) {
    char next = 0;
    const ssize_t count = ::read(fd.get(), &next, 1);
    if (count < 0) {
      if (errno == EINTR) {
        continue;
      }
      return Error::from_errno(errno, "read {}", name);
    }
    if (count == 0 || next == '\n') {
      return line;
    }
    if (line.size() == limit) {
      return Error::of(Code::invalid_argument, "{}: a line is longer than {} bytes", name, limit);
    }
    line += next;
  }
}

}  // namespace podsysctl::linux
