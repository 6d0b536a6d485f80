// SPDX-License-Identifier: Apache-2.0
// Target: the namespaces whose kernel parameters are meant, and the way in. The host's are refused
// per scope before anything is opened: a pod that shares the host's network has no `net` here, and
// a namespace given by mistake is recognised by device and inode. Work runs on a thread of its own
// that joins the namespaces. Where a user namespace owns them, keys of scope ipc and user are read
// and written by a child process that is root in it, since the kernel asks for credentials there;
// net and uts keys need the host's root (measured on Linux 6.18). Thread-safety:
// SysctlWriter::visit() may be called from any thread, and calls are served in turn, unless the
// writer was made for one thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "base/result.h"
#include "linux/namespaces.h"
#include "linux/process.h"
#include "sysctl/scope.h"
#include "sysctl/tree.h"

namespace podsysctl::sysctl {

// What is empty is shared with the host or not known, and its keys are refused.
struct Target {
  std::optional<linux::Namespace> net;
  std::optional<linux::Namespace> ipc;
  std::optional<linux::Namespace> uts;
  std::optional<linux::Namespace> user;

  // Those of a process, without the ones that are the host's. The second form is not_found if the
  // process ended before all were opened: its pid may be another's by then.
  [[nodiscard]] static Result<Target> of_process(pid_t pid, const linux::HostNamespaces& host);
  [[nodiscard]] static Result<Target> of_process(const linux::ProcessId& process,
                                                 const linux::HostNamespaces& host);
  [[nodiscard]] static Result<Target> of_process(const linux::HeldProcess& process,
                                                 const linux::HostNamespaces& host);
};

class SysctlWriter {
 public:
  [[nodiscard]] static Result<SysctlWriter> open();
  // The calling thread does the work, as with for_this_thread().
  [[nodiscard]] static Result<SysctlWriter> open_on_this_thread();
  // For a process of one thread that ends when its target is served: that thread does the work, and
  // /proc itself is the way where nothing is mounted over it (ProcSys::open_in_place()).
  [[nodiscard]] static Result<SysctlWriter> open_here(linux::HostNamespaces host);

  // The same way in for the calling thread, which does the work itself: a switch to another thread
  // takes as long as a part of the work, and a whole time slice where the processor is busy. For
  // who owns its thread: it goes home after each visit, but to where it is now, and whatever else
  // it ran meanwhile would be in the target's namespaces.
  [[nodiscard]] Result<SysctlWriter> for_this_thread() const;

  // Runs `work` with a tree of the target's parameters. The tree must not outlive the call.
  // denied_by_policy when a namespace of the target is the host's; the Result of joining otherwise.
  [[nodiscard]] Result<> visit(const Target& target, const std::function<void(SysctlTree&)>& work);

  SysctlWriter(SysctlWriter&&) noexcept;
  SysctlWriter& operator=(SysctlWriter&&) noexcept;
  SysctlWriter(const SysctlWriter&) = delete;
  SysctlWriter& operator=(const SysctlWriter&) = delete;
  ~SysctlWriter();

 private:
  struct Parts;  // the procfs mount, the host's namespaces, the worker thread
  explicit SysctlWriter(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace podsysctl::sysctl
