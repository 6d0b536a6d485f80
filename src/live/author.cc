// SPDX-License-Identifier: Apache-2.0
#include "live/author.h"

#include <unistd.h>

#include <limits>

#include "base/strings.h"
#include "linux/file.h"

namespace podsysctl::live {

Author Author::of_this_process() {
  Author author{.pid = ::getpid(), .uid = ::getuid()};
  const std::string text = linux::read_file("/proc/self/loginuid").value_or("");
  constexpr auto kUnset = std::numeric_limits<std::uint32_t>::max();
  const auto login = parse_number<std::uint32_t>(trim(text));
  if (login && *login != kUnset) {
    author.login_uid = login;
  }
  return author;
}

std::string Author::text() const {
  return login_uid ? fmt::format("uid {} (login uid {})", uid, *login_uid)
                   : fmt::format("uid {}", uid);
}

}  // namespace podsysctl::live
