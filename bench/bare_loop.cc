// SPDX-License-Identifier: Apache-2.0
#include "bare_loop.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

namespace podsysctl::bench {
namespace {

Result<> write_and_read(const FileValue& wanted) {
  const int file = ::open(wanted.path.c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0) {
    return Error::from_errno(errno, "open {}", wanted.path);
  }
  std::array<char, 256> text{};
  const ssize_t written = ::write(file, wanted.value.data(), wanted.value.size());
  const int write_errno = errno;
  const ssize_t count = ::pread(file, text.data(), text.size(), 0);
  ::close(file);
  if (written != static_cast<ssize_t>(wanted.value.size())) {
    return Error::from_errno(write_errno, "write {}", wanted.path);
  }
  const std::string_view now(text.data(), count < 1 ? 0 : static_cast<std::size_t>(count) - 1);
  if (now != wanted.value) {
    return Error::of(Code::conflict, "{} reads back {}", wanted.path, now);
  }
  return {};
}

Result<> join(const linux::Namespace& net, const linux::Namespace& ipc) {
  if (::setns(net.fd().get(), CLONE_NEWNET) < 0 || ::setns(ipc.fd().get(), CLONE_NEWIPC) < 0) {
    return Error::from_errno(errno, "setns");
  }
  return {};
}

}  // namespace

Result<> run_bare_loop(const Places& places, const std::vector<FileValue>& values) {
  PSYS_TRY(join(places.there_net, places.there_ipc));
  Result<> outcome;
  for (const FileValue& wanted : values) {
    if (outcome) {
      outcome = write_and_read(wanted);
    }
  }
  PSYS_TRY(join(places.home_net, places.home_ipc));
  return outcome;
}

}  // namespace podsysctl::bench
