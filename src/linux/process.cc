// SPDX-License-Identifier: Apache-2.0
#include "linux/process.h"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

#include "base/strings.h"
#include "linux/file.h"
#include "linux/poll_timeout.h"

namespace podsysctl::linux {
namespace {

struct StatFields {
  char state = '?';
  std::uint64_t start_time = 0;
};

// /proc/PID/stat: the command name in parentheses may hold blanks and parentheses, so fields are
// counted from the last ')'.
Result<StatFields> read_stat(pid_t pid) {
  const std::string path = fmt::format("/proc/{}/stat", pid);
  PSYS_TRY_ASSIGN(const std::string text, read_file(path));
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) {
    return Error::of(Code::internal, "{} has an unknown form", path);
  }
  const auto fields = split_words(std::string_view(text).substr(name_end + 1));
  constexpr std::size_t kState = 0;       // field 3
  constexpr std::size_t kStartTime = 19;  // field 22
  if (fields.size() <= kStartTime) {
    return Error::of(Code::internal, "{} has an unknown form", path);
  }
  const auto start = parse_number<std::uint64_t>(fields[kStartTime]);
  if (!start) {
    return Error::of(Code::internal, "{} has an unknown form", path);
  }
  return StatFields{fields[kState].front(), *start};
}

}  // namespace

Result<Fd> open_pidfd(pid_t pid) {
  const long fd = ::syscall(SYS_pidfd_open, pid, 0);
  if (fd < 0) {
    return Error::from_errno(errno, "open a pidfd of process {}", pid);
  }
  return Fd::adopt(static_cast<int>(fd));
}

bool has_ended(FdRef pidfd) {
  pollfd ended{pidfd.get(), POLLIN, 0};
  return ::poll(&ended, 1, 0) != 0;
}

Result<ProcessId> identify(pid_t pid) {
  PSYS_TRY_ASSIGN(const StatFields fields, read_stat(pid));
  return ProcessId{pid, fields.start_time};
}

Result<HeldProcess> HeldProcess::hold(pid_t pid) {
  if (Result<Fd> pidfd = open_pidfd(pid)) {
    return HeldProcess(*std::move(pidfd), ProcessId{pid, 0});
  }
  PSYS_TRY_ASSIGN(const ProcessId id, identify(pid));
  return HeldProcess(Fd(), id);
}

bool HeldProcess::has_ended() const {
  return pidfd_.valid() ? linux::has_ended(pidfd_.ref()) : !is_alive(id_);
}

ProcessId HeldProcess::id() const {
  if (!pidfd_.valid()) {
    return id_;
  }
  const Result<ProcessId> read = identify(id_.pid);
  return read && !has_ended() ? *read : id_;
}

bool is_alive(const ProcessId& id) {
  if (id.pid <= 0) {
    return false;
  }
  const Result<StatFields> fields = read_stat(id.pid);
  return fields && fields->start_time == id.start_time && fields->state != 'Z' &&
         fields->state != 'X';
}

Result<> send_signal(const ProcessId& id, int signal) {
  const Result<Fd> pidfd = open_pidfd(id.pid);
  // The identity is checked after the pidfd is open: from then on it cannot change any more.
  if (!is_alive(id)) {
    return {};
  }
  const long sent = pidfd ? ::syscall(SYS_pidfd_send_signal, pidfd->get(), signal, nullptr, 0)
                          : ::kill(id.pid, signal);
  if (sent < 0 && errno != ESRCH) {
    return Error::from_errno(errno, "send signal {} to process {}", signal, id.pid);
  }
  return {};
}

Result<bool> wait_until_gone(const ProcessId& id, std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  const Result<Fd> pidfd = id.pid > 0 ? open_pidfd(id.pid) : Result<Fd>(Fd{});
  while (is_alive(id)) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) {
      return false;
    }
    if (pidfd) {
      pollfd ended{pidfd->get(), POLLIN, 0};
      if (::poll(&ended, 1, poll_timeout(left)) < 0 && errno != EINTR) {
        return Error::from_errno(errno, "wait for process {}", id.pid);
      }
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));  // kernels without pidfd
    }
  }
  return true;
}

Result<> kill_and_wait(const ProcessId& id, std::chrono::milliseconds limit) {
  PSYS_TRY(send_signal(id, SIGKILL));
  PSYS_TRY_ASSIGN(const bool gone, wait_until_gone(id, limit));
  if (!gone) {
    return Error::of(Code::timeout, "process {} did not end after SIGKILL", id.pid);
  }
  return {};
}

Result<int> wait_for_child(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) {
      return Error::from_errno(errno, "wait for process {}", pid);
    }
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace podsysctl::linux
