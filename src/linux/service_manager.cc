// SPDX-License-Identifier: Apache-2.0
#include "linux/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "base/strings.h"
#include "linux/fd.h"

namespace podsysctl::linux {
namespace {

std::string taken(const char* name) {
  const char* const value = std::getenv(name);
  std::string text = value == nullptr ? "" : value;
  ::unsetenv(name);
  return text;
}

// One line: a status may hold what somebody else wrote.
std::string one_line(std::string_view text) {
  std::string line(text);
  std::ranges::replace_if(line, is_control, ' ');
  return line;
}

// CLOCK_MONOTONIC, which RELOADING=1 must come with (systemd 253).
std::int64_t monotonic_microseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
}

}  // namespace

ServiceManager ServiceManager::from_environment() {
  std::string socket = taken("NOTIFY_SOCKET");
  const auto interval = parse_number<std::int64_t>(taken("WATCHDOG_USEC"));
  const std::string for_whom = taken("WATCHDOG_PID");
  const bool ours = for_whom.empty() || for_whom == std::to_string(::getpid());
  std::optional<std::chrono::microseconds> watchdog;
  if (interval && *interval > 0 && ours) {
    watchdog = std::chrono::microseconds(*interval);
  }
  return {std::move(socket), watchdog};
}

Result<> ServiceManager::ready(std::string_view status) const {
  return send(fmt::format("READY=1\nSTATUS={}\n", one_line(status)));
}

Result<> ServiceManager::reloading() const {
  return send(fmt::format("RELOADING=1\nMONOTONIC_USEC={}\n", monotonic_microseconds()));
}

Result<> ServiceManager::stopping() const { return send("STOPPING=1\n"); }

Result<> ServiceManager::status(std::string_view text) const {
  return send(fmt::format("STATUS={}\n", one_line(text)));
}

Result<> ServiceManager::alive() const { return send("WATCHDOG=1\n"); }

std::optional<std::chrono::milliseconds> ServiceManager::alive_interval() const {
  if (!watchdog_) {
    return std::nullopt;
  }
  return std::max(std::chrono::milliseconds(1),
                  std::chrono::duration_cast<std::chrono::milliseconds>(*watchdog_ / 2));
}

Result<> ServiceManager::send(const std::string& message) const {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_.empty()) {
    return {};
  }
  if (socket_.size() >= sizeof address.sun_path || (socket_[0] != '/' && socket_[0] != '@')) {
    return Error::of(Code::invalid_argument, "$NOTIFY_SOCKET {} is no address of a socket",
                     in_quotes(socket_));
  }
  socket_.copy(address.sun_path, sizeof address.sun_path - 1);
  if (socket_[0] == '@') {
    address.sun_path[0] = '\0';
  }
  const Fd fd = Fd::adopt(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!fd.valid()) {
    return Error::from_errno(errno, "tell the service manager");
  }
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  if (::sendto(fd.get(), message.data(), message.size(), MSG_NOSIGNAL,
               reinterpret_cast<const sockaddr*>(&address), length) < 0) {
    return Error::from_errno(errno, "tell the service manager at {}", socket_);
  }
  return {};
}

}  // namespace podsysctl::linux
