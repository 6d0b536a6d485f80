// SPDX-License-Identifier: Apache-2.0
#include "linux/spawn.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include "base/strings.h"
#include "linux/file.h"
#include "linux/process.h"

namespace podsysctl::linux {
namespace {

constexpr int kFirstFree = 3;

// Everything the child needs, made before fork(): after it only async-signal-safe calls are made.
struct Prepared {
  std::string path;
  std::vector<char*> argv;
  std::vector<char*> envp;
  std::string argv0;
};

char* as_argument(const std::string& text) { return const_cast<char*>(text.c_str()); }

Result<Prepared> prepare(const Command& command) {
  Prepared prepared;
  PSYS_TRY_ASSIGN(prepared.path, find_program(command.program));
  prepared.argv.push_back(as_argument(command.program));
  for (const std::string& argument : command.args) {
    prepared.argv.push_back(as_argument(argument));
  }
  prepared.argv.push_back(nullptr);
  if (command.env) {
    for (const std::string& variable : *command.env) {
      prepared.envp.push_back(as_argument(variable));
    }
    prepared.envp.push_back(nullptr);
  }
  return prepared;
}

bool reset_signals() {
  struct sigaction standard{};
  standard.sa_handler = SIG_DFL;
  for (const int signal : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGQUIT, SIGWINCH}) {
    ::sigaction(signal, &standard, nullptr);
  }
  sigset_t none;
  ::sigemptyset(&none);
  return ::sigprocmask(SIG_SETMASK, &none, nullptr) == 0;
}

// Puts `from` (or /dev/null) at the number `to`, without close-on-exec.
bool place(int from, int to) {
  if (from < 0) {
    from = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    if (from < 0) {
      return false;
    }
  }
  if (from == to) {
    return ::fcntl(to, F_SETFD, 0) == 0;
  }
  return ::dup2(from, to) == to;
}

// Copies above every target number first, so that no dup2() overwrites a source still needed.
bool place_descriptors(const Command& command) {
  int floor = kFirstFree;
  for (const auto& [source, number] : command.extra_fds) {
    floor = std::max(floor, number + 1);
  }
  const auto lifted = [floor](int fd) { return fd < 0 ? fd : ::fcntl(fd, F_DUPFD_CLOEXEC, floor); };
  const int in = lifted(command.stdin_fd.get());
  const int out = lifted(command.stdout_fd.get());
  const int err = lifted(command.stderr_fd.valid() ? command.stderr_fd.get() : STDERR_FILENO);
  constexpr std::size_t kMostExtra = 16;
  std::array<int, kMostExtra> extra{};
  for (std::size_t i = 0; i < command.extra_fds.size() && i < kMostExtra; ++i) {
    extra[i] = lifted(command.extra_fds[i].first.get());
  }
  if (!place(in, STDIN_FILENO) || !place(out, STDOUT_FILENO) || !place(err, STDERR_FILENO)) {
    return false;
  }
  for (std::size_t i = 0; i < command.extra_fds.size() && i < kMostExtra; ++i) {
    if (!place(extra[i], command.extra_fds[i].second)) {
      return false;
    }
  }
  return true;
}

bool enter_mounts(const Command& command) {
  if (command.mount_namespace != nullptr &&
      ::setns(command.mount_namespace->fd().get(), CLONE_NEWNS) < 0) {
    return false;
  }
  if (command.unmount.empty()) {
    return true;
  }
  if (::unshare(CLONE_NEWNS) < 0 ||
      ::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) < 0) {
    return false;
  }
  for (const std::string& path : command.unmount) {
    if (::umount2(path.c_str(), MNT_DETACH) < 0 && errno != EINVAL) {
      return false;
    }
  }
  return true;
}

bool set_up_child(const Command& command, pid_t parent) {
  if (command.death_signal != 0) {
    if (::prctl(PR_SET_PDEATHSIG, command.death_signal) < 0 || ::getppid() != parent) {
      return false;
    }
  }
  if (command.new_session && ::setsid() < 0) {
    return false;
  }
  if (command.own_process_group && ::setpgid(0, 0) < 0) {
    return false;
  }
  if (!reset_signals() || !enter_mounts(command)) {
    return false;
  }
  if (!command.working_dir.empty() && ::chdir(command.working_dir.c_str()) < 0) {
    return false;
  }
  return place_descriptors(command);
}

[[noreturn]] void run_child(const Command& command, const Prepared& prepared, pid_t parent,
                            int report_fd) {
  // Out of the way of every number that place_descriptors() fills.
  const int report = ::fcntl(report_fd, F_DUPFD_CLOEXEC, 64);
  if (set_up_child(command, parent)) {
    if (command.env) {
      ::execve(prepared.path.c_str(), prepared.argv.data(), prepared.envp.data());
    } else {
      ::execv(prepared.path.c_str(), prepared.argv.data());
    }
  }
  const int failure = errno;
  // A parent that is gone cannot be told; the exit code is all that is left then.
  [[maybe_unused]] const ssize_t told = ::write(report, &failure, sizeof failure);
  ::_exit(127);
}

}  // namespace

Result<std::string> find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) {
    return name;
  }
  const char* const path = std::getenv("PATH");
  const std::string folders =
      fmt::format("{}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin", path == nullptr ? "" : path);
  for (const std::string_view folder : split(folders, ':')) {
    std::string candidate = fmt::format("{}/{}", folder, name);
    if (!folder.empty() && ::access(candidate.c_str(), X_OK) == 0) {
      return candidate;
    }
  }
  return Error::of(Code::not_found, "the program {} is not installed ($PATH was searched)", name);
}

Result<> become(const std::string& program, const std::vector<std::string>& args) {
  std::vector<char*> argv{as_argument(program)};
  for (const std::string& argument : args) {
    argv.push_back(as_argument(argument));
  }
  argv.push_back(nullptr);
  ::execv(program.c_str(), argv.data());
  return Error::from_errno(errno, "start {}", program);
}

Result<pid_t> start(const Command& command) {
  PSYS_TRY_ASSIGN(const Prepared prepared, prepare(command));
  PSYS_TRY_ASSIGN(Pipe report, make_pipe());
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) {
    return Error::from_errno(errno, "start {}", command.program);
  }
  if (child == 0) {
    run_child(command, prepared, parent, report.write_end.get());
  }
  report.write_end.close();
  int failure = 0;
  ssize_t count = 0;
  do {
    count = ::read(report.read_end.get(), &failure, sizeof failure);
  } while (count < 0 && errno == EINTR);
  if (count == sizeof failure) {
    PSYS_TRY(wait_for_child(child));
    return Error::from_errno(failure, "start {}", command.program);
  }
  return child;
}

}  // namespace podsysctl::linux
