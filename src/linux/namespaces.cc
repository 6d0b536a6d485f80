// SPDX-License-Identifier: Apache-2.0
#include "linux/namespaces.h"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <thread>

#include "linux/file.h"
#include "linux/process.h"

namespace podsysctl::linux {

std::string_view to_string(NamespaceKind kind) noexcept {
  switch (kind) {
    case NamespaceKind::net:
      return "net";
    case NamespaceKind::ipc:
      return "ipc";
    case NamespaceKind::uts:
      return "uts";
    case NamespaceKind::user:
      return "user";
    case NamespaceKind::mnt:
      return "mnt";
    case NamespaceKind::pid:
      break;
  }
  return "pid";
}

int clone_flag(NamespaceKind kind) noexcept {
  switch (kind) {
    case NamespaceKind::net:
      return CLONE_NEWNET;
    case NamespaceKind::ipc:
      return CLONE_NEWIPC;
    case NamespaceKind::uts:
      return CLONE_NEWUTS;
    case NamespaceKind::user:
      return CLONE_NEWUSER;
    case NamespaceKind::mnt:
      return CLONE_NEWNS;
    case NamespaceKind::pid:
      break;
  }
  return CLONE_NEWPID;
}

namespace {

// PIDFD_GET_NET_NAMESPACE and so on (linux/pidfd.h of Linux 6.11).
unsigned long pidfd_request(NamespaceKind kind) noexcept {
  constexpr unsigned kMagic = 0xFF;
  switch (kind) {
    case NamespaceKind::net:
      return _IO(kMagic, 4);
    case NamespaceKind::ipc:
      return _IO(kMagic, 2);
    case NamespaceKind::uts:
      return _IO(kMagic, 10);
    case NamespaceKind::user:
      return _IO(kMagic, 9);
    case NamespaceKind::mnt:
      return _IO(kMagic, 3);
    case NamespaceKind::pid:
      break;
  }
  return _IO(kMagic, 5);
}

}  // namespace

Result<Namespace> Namespace::from_path(const std::string& path, NamespaceKind kind) {
  PSYS_TRY_ASSIGN(Fd fd, open_file(path, O_RDONLY));
  const int type = ::ioctl(fd.get(), NS_GET_NSTYPE);  // an error of whatever is no namespace
  if (type < 0) {
    return Error::of(Code::invalid_argument, "{} is not a namespace", path);
  }
  if (type != clone_flag(kind)) {
    return Error::of(Code::invalid_argument, "{} is a namespace, but not of kind {}", path,
                     to_string(kind));
  }
  return from_fd(std::move(fd), kind, path);
}

Result<Namespace> Namespace::from_fd(Fd fd, NamespaceKind kind, std::string_view name) {
  struct stat status{};
  if (::fstat(fd.get(), &status) < 0) {
    return Error::from_errno(errno, "stat {}", name);
  }
  return Namespace(std::move(fd), kind, NamespaceId{status.st_dev, status.st_ino});
}

Result<Namespace> Namespace::own(NamespaceKind kind) {
  return from_path(fmt::format("/proc/thread-self/ns/{}", to_string(kind)), kind);
}

Result<Namespace> Namespace::of_process(pid_t pid, NamespaceKind kind) {
  return from_path(fmt::format("/proc/{}/ns/{}", pid, to_string(kind)), kind);
}

Result<Namespace> Namespace::of_process(const HeldProcess& process, NamespaceKind kind) {
  // The kernel refuses these requests with any argument but 0.
  const int fd =
      process.pidfd().valid() ? ::ioctl(process.pidfd().get(), pidfd_request(kind), 0) : -1;
  if (fd < 0) {  // an older kernel; or an error, which the other way meets as well
    return of_process(process.pid(), kind);
  }
  return from_fd(Fd::adopt(fd), kind, to_string(kind));
}

Result<Namespace> Namespace::owner() const {
  const int fd = ::ioctl(fd_.get(), NS_GET_USERNS);
  if (fd < 0) {
    return Error::from_errno(errno, "find the owner of a {} namespace", to_string(kind_));
  }
  return from_fd(Fd::adopt(fd), NamespaceKind::user, "owning user namespace");
}

Result<Namespace> Namespace::clone() const {
  PSYS_TRY_ASSIGN(Fd copy, duplicate(fd_.ref()));
  return Namespace(std::move(copy), kind_, id_);
}

Result<> Namespace::enter() const {
  if (::setns(fd_.get(), clone_flag(kind_)) < 0) {
    return Error::from_errno(errno, "join the {} namespace", to_string(kind_));
  }
  return {};
}

Result<> Namespace::pin(const std::string& path) const {
  PSYS_TRY(write_file(path, {}, 0444));
  const std::string source = fmt::format("/proc/thread-self/fd/{}", fd_.get());
  if (::mount(source.c_str(), path.c_str(), nullptr, MS_BIND, nullptr) < 0) {
    return Error::from_errno(errno, "pin the {} namespace at {}", to_string(kind_), path);
  }
  return {};
}

Result<> Namespace::lock(std::chrono::milliseconds limit) const {
  constexpr std::chrono::milliseconds kPause{5};
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (::flock(fd_.get(), LOCK_EX | LOCK_NB) < 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) {
      return Error::from_errno(errno, "lock a {} namespace", to_string(kind_));
    }
    if (std::chrono::steady_clock::now() >= deadline) {
      return Error::of(Code::timeout,
                       "another podsysctl has kept the {} namespace locked for {} ms",
                       to_string(kind_), limit.count());
    }
    std::this_thread::sleep_for(kPause);  // flock(2) takes no time limit
  }
  return {};
}

std::uint64_t own_net_cookie() {
  constexpr int kNetnsCookie = 71;  // SO_NETNS_COOKIE, asm-generic/socket.h
  const int raw = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (raw < 0) {
    return 0;
  }
  const Fd socket = Fd::adopt(raw);
  std::uint64_t cookie = 0;
  socklen_t size = sizeof cookie;
  return ::getsockopt(socket.get(), SOL_SOCKET, kNetnsCookie, &cookie, &size) == 0 ? cookie : 0;
}

Result<> unpin(const std::string& path) {
  if (::umount2(path.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) < 0 && errno != EINVAL &&
      errno != ENOENT) {
    return Error::from_errno(errno, "unmount {}", path);
  }
  if (::unlink(path.c_str()) < 0 && errno != ENOENT) {
    return Error::from_errno(errno, "remove {}", path);
  }
  return {};
}

Result<HostNamespaces> HostNamespaces::read() {
  HostNamespaces host;
  for (const NamespaceKind kind :
       {NamespaceKind::net, NamespaceKind::ipc, NamespaceKind::uts, NamespaceKind::user}) {
    PSYS_TRY_ASSIGN(const Namespace ours, Namespace::own(kind));
    host.entries_.push_back({kind, ours.id()});
    const Result<Namespace> init = Namespace::of_process(1, kind);
    if (init) {
      host.entries_.push_back({kind, init->id()});
    } else if (init.error().code != Code::permission) {
      // Without privilege PID 1 cannot be looked at; nor could anything of its be written then.
      return std::unexpected(init.error());
    }
  }
  return host;
}

bool HostNamespaces::contains(const Namespace& ns) const noexcept {
  return std::ranges::any_of(
      entries_, [&](const Entry& entry) { return entry.kind == ns.kind() && entry.id == ns.id(); });
}

}  // namespace podsysctl::linux
