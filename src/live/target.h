// SPDX-License-Identifier: Apache-2.0
// TARGET: what a person names to look at or change its kernel parameters. A pod or container of
// ours, pid:N, netns:PATH, docker:ID, cri:ID (names and starts of ids too). A process is held by a
// pidfd while its namespaces are opened and looked at again afterwards, so a pid that was given
// away in the meantime is never taken for it.
// Errors: not_found (unknown, or it does not run), invalid_argument (no such form), conflict,
// permission, unavailable. Thread-safety: as Store.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "live/surroundings.h"
#include "policy/host_namespaces.h"
#include "sysctl/target.h"

namespace podsysctl::live {

enum class TargetForm : std::uint8_t { pod, pid, netns, docker, cri };

struct FoundTarget {
  TargetForm form = TargetForm::pod;
  std::string name;            // as given: "web", "pid:4711"
  std::string description;     // "pod default/web", "process 4711"
  sysctl::Target namespaces;   // without those that are the host's
  std::string pod_uid;         // "": not a pod of ours
  store::ObjectReference pod;  // of pod_uid

  // "a network namespace holds net.* only": why the target has no value of its own for a key of
  // this scope; "" where it has.
  [[nodiscard]] std::string why_not_own(sysctl::Scope scope) const;
  [[nodiscard]] bool owns(sysctl::Scope scope) const;
  [[nodiscard]] policy::HostNamespaces host_namespaces() const;
  // Of the namespace that owns keys of this scope; 0 where that is the host's.
  [[nodiscard]] std::uint64_t inode(sysctl::Scope scope) const;
};

// A target that turns out to be in the namespaces of a pod of ours counts as that pod.
[[nodiscard]] Result<FoundTarget> find_target(const std::string& name,
                                              const Surroundings& surroundings);

// What the audit trail knows a target by, however it was named: "pod/UID", or the network namespace
// (boot and cookie: inodes are given out again).
[[nodiscard]] Result<std::string> audit_id(const FoundTarget& target);
[[nodiscard]] std::string audit_id_of_pod(std::string_view uid);

}  // namespace podsysctl::live
