// SPDX-License-Identifier: Apache-2.0
#include "sandbox/sandbox.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>

#include "linux/file.h"
#include "linux/loopback.h"
#include "sandbox/run_folder.h"

namespace podsysctl::sandbox {
namespace {

using linux::NamespaceKind;

constexpr std::chrono::seconds kPauseEnd{10};
constexpr int kFirstFree = 3;

std::uint64_t clone_flags(const SandboxSpec& spec) {
  std::uint64_t flags = CLONE_NEWNS;
  flags |= spec.net == Ownership::own ? CLONE_NEWNET : 0;
  flags |= spec.ipc == Ownership::own ? CLONE_NEWIPC : 0;
  flags |= spec.uts == Ownership::own ? CLONE_NEWUTS : 0;
  flags |= spec.share_process_namespace ? CLONE_NEWPID : 0;
  return flags;
}

// clone3(2) as a fork; kernels or filters without it (before 5.3) get the same by clone(2).
pid_t fork_into(std::uint64_t flags) {
  clone_args args{};
  args.flags = flags;
  args.exit_signal = SIGCHLD;
  const long child = ::syscall(SYS_clone3, &args, sizeof args);
  if (child >= 0 || (errno != ENOSYS && errno != EPERM)) {
    return static_cast<pid_t>(child);
  }
  return static_cast<pid_t>(::syscall(SYS_clone, static_cast<unsigned long>(flags) | SIGCHLD,
                                      nullptr, nullptr, nullptr, 0));
}

// What the child does between clone and exec, and the form in which it tells of a failure.
enum class Step : std::uint8_t { mounts, hide, hostname, loopback, session, program };
struct Failure {
  int sys_errno = 0;
  Step step = Step::program;
};

// In the child: only system calls, nothing that allocates. The step that failed, with errno.
std::optional<Step> set_up(const SandboxSpec& spec) {
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) < 0) {
    return Step::mounts;
  }
  for (const std::string& path : spec.hidden) {
    // EINVAL: it is not mounted any more.
    if (::umount2(path.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) < 0 && errno != EINVAL) {
      return Step::hide;
    }
  }
  if (spec.uts == Ownership::own &&
      ::sethostname(spec.hostname.c_str(), spec.hostname.size()) < 0) {
    return Step::hostname;
  }
  if (spec.net == Ownership::own) {
    errno = linux::bring_loopback_up();
    if (errno != 0) {
      return Step::loopback;
    }
  }
  return ::setsid() < 0 ? std::optional{Step::session} : std::nullopt;
}

std::string text_of(Step step, const SandboxSpec& spec) {
  switch (step) {
    case Step::mounts:
      return "give the sandbox mounts of its own";
    case Step::hide:
      return "hide the host's mounts from the sandbox";
    case Step::hostname:
      return fmt::format("set the sandbox's host name to {:?}", spec.hostname);
    case Step::loopback:
      return "bring the sandbox's loopback device up";
    case Step::session:
      return "give the sandbox a session of its own";
    case Step::program:
      break;
  }
  return fmt::format("start the sandbox with {}", spec.pause_program);
}

Error error_of(const Failure& failure, const SandboxSpec& spec) {
  Error error = Error::of_errno(failure.sys_errno, text_of(failure.step, spec));
  // mount(2): the root folder is no mount point.
  if (failure.step == Step::mounts && failure.sys_errno == EINVAL) {
    error.message +=
        " (pods cannot be made in a chroot: enter the folder by pivot_root, as systemd-nspawn "
        "does)";
  }
  return error;
}

// Leaves only the leash (as descriptor 0) and the report pipe, which exec closes.
int arrange_descriptors(int leash, int report) {
  const int high_leash = ::fcntl(leash, F_DUPFD_CLOEXEC, kFirstFree + 1);
  const int high_report = ::fcntl(report, F_DUPFD_CLOEXEC, kFirstFree + 1);
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  ::dup2(high_leash, STDIN_FILENO);
  ::dup2(null, STDOUT_FILENO);
  ::dup2(null, STDERR_FILENO);
  ::dup2(high_report, kFirstFree);
  ::fcntl(kFirstFree, F_SETFD, FD_CLOEXEC);
  ::syscall(SYS_close_range, kFirstFree + 1, ~0U, 0);
  return kFirstFree;
}

[[noreturn]] void become_pause(const SandboxSpec& spec, int leash, int report) {
  const int channel = arrange_descriptors(leash, report);
  const std::optional<Step> failed = set_up(spec);
  if (!failed) {
    std::array<char, 16> name{"podsysctl-pause"};
    std::array<char*, 2> argv{name.data(), nullptr};
    std::array<char*, 1> envp{nullptr};
    ::execve(spec.pause_program.c_str(), argv.data(), envp.data());
  }
  const Failure failure{errno, failed.value_or(Step::program)};
  [[maybe_unused]] const ssize_t told = ::write(channel, &failure, sizeof failure);
  ::_exit(127);
}

Result<> wait_for_exec(linux::Pipe& report, pid_t child, const SandboxSpec& spec) {
  report.write_end.close();
  Failure failure;
  ssize_t count = 0;
  do {
    count = ::read(report.read_end.get(), &failure, sizeof failure);
  } while (count < 0 && errno == EINTR);
  if (count == sizeof failure) {
    PSYS_TRY(linux::wait_for_child(child));
    return std::unexpected(error_of(failure, spec));
  }
  return {};
}

std::string pin_path(const Sandbox& sandbox, NamespaceKind kind) {
  return fmt::format("{}/{}", sandbox.folder, to_string(kind));
}

Result<> pin_own(const SandboxSpec& spec, const Sandbox& sandbox) {
  const std::array<std::pair<NamespaceKind, bool>, 4> wanted{
      {{NamespaceKind::net, spec.net == Ownership::own},
       {NamespaceKind::ipc, spec.ipc == Ownership::own},
       {NamespaceKind::uts, spec.uts == Ownership::own},
       {NamespaceKind::pid, spec.share_process_namespace}}};
  for (const auto& [kind, own] : wanted) {
    if (own) {
      PSYS_TRY_ASSIGN(const auto ns, linux::Namespace::of_process(sandbox.pause.pid, kind));
      PSYS_TRY(ns.pin(pin_path(sandbox, kind)));
    }
  }
  return {};
}

Result<pid_t> start_pause(const SandboxSpec& spec, linux::FdRef leash) {
  PSYS_TRY_ASSIGN(linux::Pipe report, linux::make_pipe());
  const pid_t child = fork_into(clone_flags(spec));
  if (child < 0) {
    return Error::from_errno(errno, "make the sandbox's namespaces");
  }
  if (child == 0) {
    become_pause(spec, leash.get(), report.write_end.get());
  }
  PSYS_TRY(wait_for_exec(report, child, spec));
  return child;
}

// Fills sandbox.pause as soon as there is one, so that destroy() finds it after a failure.
Result<> populate(const SandboxSpec& spec, Sandbox& sandbox, linux::FdRef leash) {
  PSYS_TRY(prepare_run_folder(spec.run_folder));
  PSYS_TRY(linux::make_directories(sandbox.folder, 0711));
  PSYS_TRY_ASSIGN(const pid_t child, start_pause(spec, leash));
  PSYS_TRY_ASSIGN(sandbox.pause, linux::identify(child));
  return pin_own(spec, sandbox);
}

}  // namespace

std::optional<std::string> Sandbox::pin(NamespaceKind kind) const {
  std::string path = pin_path(*this, kind);
  if (::access(path.c_str(), F_OK) < 0) {
    return std::nullopt;
  }
  return path;
}

Result<sysctl::Target> Sandbox::target() const {
  if (!linux::is_alive(pause)) {
    return Error::of(Code::not_found, "sandbox {} is not running", id);
  }
  PSYS_TRY_ASSIGN(const auto host, linux::HostNamespaces::read());
  PSYS_TRY_ASSIGN(sysctl::Target found, sysctl::Target::of_process(pause.pid, host));
  // Once more after the handles are open: they are those of this very process.
  if (!linux::is_alive(pause)) {
    return Error::of(Code::not_found, "sandbox {} has just ended", id);
  }
  return found;
}

Result<linux::Namespace> Sandbox::mount_namespace() const {
  if (!linux::is_alive(pause)) {
    return Error::of(Code::not_found, "sandbox {} is not running", id);
  }
  return linux::Namespace::of_process(pause.pid, NamespaceKind::mnt);
}

Result<> Newborn::release() {
  PSYS_TRY(linux::write_all(leash_.ref(), "g", "the sandbox's leash"));
  leash_.close();
  return {};
}

Result<Newborn> create(const SandboxSpec& spec) {
  Sandbox sandbox{spec.id, fmt::format("{}/{}", spec.run_folder, spec.id), {}};
  PSYS_TRY_ASSIGN(linux::Pipe leash, linux::make_pipe());
  const Result<> populated = populate(spec, sandbox, leash.read_end.ref());
  if (populated) {
    return Newborn(std::move(sandbox), std::move(leash.write_end));
  }
  Error error = populated.error();
  if (const Result<> undone = destroy(sandbox); !undone) {
    error.message += "; " + undone.error().message;
  }
  return std::unexpected(std::move(error));
}

Result<> destroy(const Sandbox& sandbox) {
  if (sandbox.pause.pid > 0) {
    PSYS_TRY(linux::kill_and_wait(sandbox.pause, kPauseEnd));
    ::waitpid(sandbox.pause.pid, nullptr, WNOHANG);  // where it is our child: no zombie either
  }
  for (const NamespaceKind kind :
       {NamespaceKind::net, NamespaceKind::ipc, NamespaceKind::uts, NamespaceKind::pid}) {
    PSYS_TRY(linux::unpin(pin_path(sandbox, kind)));
  }
  return linux::remove_tree(sandbox.folder);
}

}  // namespace podsysctl::sandbox
