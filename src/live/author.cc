// SPDX-License-Identifier: Apache-2.0
#include "live/author.h"

#include <unistd.h>

#include <limits>

#include "base/strings.h"
#include "linux/file.h"
#include "linux/process.h"

namespace podsysctl::live {

namespace {

std::optional<std::uint32_t> login_of(const std::string& process) {
  constexpr auto kUnset = std::numeric_limits<std::uint32_t>::max();
  const std::string text = linux::read_file("/proc/" + process + "/loginuid").value_or("");
  const auto login = parse_number<std::uint32_t>(trim(text));
  return login && *login != kUnset ? login : std::nullopt;
}

}  // namespace

Author Author::of_this_process() {
  return {.pid = ::getpid(), .uid = ::getuid(), .login_uid = login_of("self")};
}

Author Author::of_peer(const linux::Peer& peer, linux::FdRef process) {
  Author author{.pid = peer.pid, .uid = peer.uid};
  // A pid of 0 is a process of another pid namespace. Looked at afterwards: a process that lives
  // still has had its pid all the time.
  if (peer.pid > 0 && process.get() >= 0) {
    author.login_uid = login_of(std::to_string(peer.pid));
    if (linux::has_ended(process)) {
      author.login_uid.reset();
    }
  }
  return author;
}

std::string Author::text() const {
  return login_uid ? fmt::format("uid {} (login uid {})", uid, *login_uid)
                   : fmt::format("uid {}", uid);
}

}  // namespace podsysctl::live
