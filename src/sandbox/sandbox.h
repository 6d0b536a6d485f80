// SPDX-License-Identifier: Apache-2.0
// Sandbox: what holds a pod's namespaces. A pause process owns fresh net, ipc, uts (and pid, where
// the pod shares it) namespaces and a mount namespace; net, ipc and uts are pinned under
// <run folder>/<sandbox id>/. Whatever is mounted for the pod is mounted in the sandbox's mount
// namespace and goes with it.
// Life: create() -> the caller records the pause process -> Newborn::release(). When the caller
// dies before release(), the kernel closes its pipe and pause ends by itself. Needs CAP_SYS_ADMIN.
// Thread-safety: no shared state; create() may be called from any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "linux/fd.h"
#include "linux/namespaces.h"
#include "linux/process.h"
#include "sysctl/target.h"

namespace podsysctl::sandbox {

// Whether a namespace is the pod's own or the host's.
enum class Ownership : std::uint8_t { own, host };

struct SandboxSpec {
  std::string id;             // 64 hexadecimal digits
  std::string run_folder;     // "/run/podsysctl"
  std::string pause_program;  // path of podsysctl-pause
  std::string hostname;       // set in an own uts namespace
  Ownership net = Ownership::own;
  Ownership ipc = Ownership::own;
  Ownership uts = Ownership::own;  // the host's where the network is the host's, as Kubernetes does
  bool share_process_namespace = false;  // pause is PID 1 of all containers
  std::vector<std::string> hidden;       // mount points that its mount namespace shall not have
};

struct Sandbox {
  std::string id;
  std::string folder;  // <run folder>/<id>
  linux::ProcessId pause;

  // The pin of one of its own namespaces: "<folder>/net". Empty if that one is the host's.
  [[nodiscard]] std::optional<std::string> pin(linux::NamespaceKind kind) const;

  // Its namespaces for writing sysctls. not_found once pause has ended.
  [[nodiscard]] Result<sysctl::Target> target() const;

  // Where its mounts are made and its programs are started.
  [[nodiscard]] Result<linux::Namespace> mount_namespace() const;
};

// A sandbox whose pause process still hangs on its maker.
class Newborn {
 public:
  Newborn(Sandbox sandbox, linux::Fd leash)
      : sandbox_(std::move(sandbox)), leash_(std::move(leash)) {}
  [[nodiscard]] const Sandbox& sandbox() const noexcept { return sandbox_; }
  // From here on it lives until destroy().
  [[nodiscard]] Result<> release();

 private:
  Sandbox sandbox_;
  linux::Fd leash_;
};

[[nodiscard]] Result<Newborn> create(const SandboxSpec& spec);

// Ends pause and removes the pins and the folder; what is gone already is success.
[[nodiscard]] Result<> destroy(const Sandbox& sandbox);

}  // namespace podsysctl::sandbox
