// SPDX-License-Identifier: Apache-2.0
// Handles of Linux namespaces (namespaces(7), ioctl_nsfs(2)). A handle is verified to be what it
// says when it is opened: on nsfs, of the right type. Two handles are the same namespace when
// device and inode agree; that is how "never the host's" is checked. Thread-safety: values.
#pragma once

#include <sys/types.h>

#include <array>
#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "linux/fd.h"

namespace podsysctl::linux {

class HeldProcess;

enum class NamespaceKind : std::uint8_t { net, ipc, uts, user, mnt, pid };

inline constexpr std::array kPodNamespaces{NamespaceKind::net, NamespaceKind::ipc,
                                           NamespaceKind::uts};

// As in /proc/PID/ns: "net".
[[nodiscard]] std::string_view to_string(NamespaceKind kind) noexcept;

// CLONE_NEWNET and so on.
[[nodiscard]] int clone_flag(NamespaceKind kind) noexcept;

struct NamespaceId {
  dev_t device = 0;
  ino_t inode = 0;
  friend auto operator<=>(const NamespaceId&, const NamespaceId&) = default;
};

class Namespace {
 public:
  // The calling thread's own.
  [[nodiscard]] static Result<Namespace> own(NamespaceKind kind);
  // Of a process. The caller makes sure that the pid is still the process it means
  // (linux/process.h).
  [[nodiscard]] static Result<Namespace> of_process(pid_t pid, NamespaceKind kind);
  // The same without the walk through /proc, where the kernel can (Linux 6.11).
  [[nodiscard]] static Result<Namespace> of_process(const HeldProcess& process, NamespaceKind kind);
  // A bind mount such as /run/netns/x. invalid_argument if it is no namespace of that kind.
  [[nodiscard]] static Result<Namespace> from_path(const std::string& path, NamespaceKind kind);
  // The user namespace that owns this one (NS_GET_USERNS).
  [[nodiscard]] Result<Namespace> owner() const;

  // A second handle of the same namespace.
  [[nodiscard]] Result<Namespace> clone() const;

  [[nodiscard]] NamespaceKind kind() const noexcept { return kind_; }
  [[nodiscard]] NamespaceId id() const noexcept { return id_; }
  [[nodiscard]] FdRef fd() const noexcept { return fd_.ref(); }

  // The calling thread joins it. For `user` the process must have a single thread.
  [[nodiscard]] Result<> enter() const;
  // Bind-mounts it onto `path`, which is created; the namespace lives until unpin().
  [[nodiscard]] Result<> pin(const std::string& path) const;

  // Keeps others who call this for the same namespace out while this handle is open, in whatever
  // process they are (flock(2) on the namespace's own inode). timeout where one of them stays.
  [[nodiscard]] Result<> lock(std::chrono::milliseconds limit) const;

 private:
  Namespace(Fd fd, NamespaceKind kind, NamespaceId id) : fd_(std::move(fd)), kind_(kind), id_(id) {}
  // Of a descriptor that is known to be a namespace of that kind. `name`: for messages.
  [[nodiscard]] static Result<Namespace> from_fd(Fd fd, NamespaceKind kind, std::string_view name);

  Fd fd_;
  NamespaceKind kind_;
  NamespaceId id_;
};

// A number that no other network namespace has had since boot, unlike an inode, which is given out
// again: of the calling thread's one (SO_NETNS_COOKIE, Linux 5.14); 0 where the kernel has none.
[[nodiscard]] std::uint64_t own_net_cookie();

// Undoes Namespace::pin; a path that is not pinned or not there is success.
[[nodiscard]] Result<> unpin(const std::string& path);

// The namespaces that must never be written: our own at the time of read(), and PID 1's. Both
// count, since we may run in a container that was given the host's network.
class HostNamespaces {
 public:
  [[nodiscard]] static Result<HostNamespaces> read();
  [[nodiscard]] bool contains(const Namespace& ns) const noexcept;

 private:
  struct Entry {
    NamespaceKind kind;
    NamespaceId id;
  };
  std::vector<Entry> entries_;
};

}  // namespace podsysctl::linux
