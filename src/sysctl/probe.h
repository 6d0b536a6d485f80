// SPDX-License-Identifier: Apache-2.0
// The probe: what a pod can do with each sysctl of the running kernel, found by looking from
// throw-away namespaces. Scope, settability and the value that a fresh namespace starts with.
//   passive: names, values and opening for writing are compared between this thread's namespaces
//     and fresh ones (net, ipc and uts each alone and all together; user in a child). Nothing is
//     written, since on a leaky kernel a trial write would reach the host.
//   active: then every pod-writable key is given another value inside, and the host is compared.
// Interface families (net.*.conf.*, net.*.neigh.*) appear as `all`, `default` and `lo` only.
// Errors: permission where the namespaces cannot be made. Thread-safety: may be called from any
// thread; the caller's namespaces are not changed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "sysctl/key.h"
#include "sysctl/scope.h"

namespace podsysctl::sysctl {

enum class ProbeMode : std::uint8_t { passive, active };

struct ProbedKey {
  SysctlKey key;
  Scope scope = Scope::node;  // node for a net.* key that only the host's namespace shows
  Settability settability = Settability::node_only;
  // In a pod with a user namespace of its own: older kernels (6.1 is one) hide some keys there,
  // and only there user.* belongs to the pod. absent everywhere if no user namespace can be made
  // here.
  Settability in_user_namespace = Settability::absent;
  std::string default_value;  // in a fresh namespace; "" where a pod cannot see it
  std::string note;           // what a person should know about this answer; mostly ""
  friend bool operator==(const ProbedKey&, const ProbedKey&) = default;
};

struct ProbeReport {
  std::string kernel_release;   // uname -r
  std::vector<ProbedKey> keys;  // sorted by key; a key that is not in it is absent
  friend bool operator==(const ProbeReport&, const ProbeReport&) = default;
};

[[nodiscard]] Result<ProbeReport> probe(ProbeMode mode);

// nullptr: this kernel does not have it, or its module is not loaded.
[[nodiscard]] const ProbedKey* find(const ProbeReport& report, const SysctlKey& key);

// Whose settability stands for that of an interface's key, which no report of fresh namespaces can
// have (net.ipv4.conf.eth0.forwarding): the same key of `lo`, else of `default`. Empty for others.
[[nodiscard]] std::vector<SysctlKey> family_of(const SysctlKey& key);

// As `find`, but an interface's key (net.ipv4.conf.eth0.forwarding) that the report does not have
// is answered for by its family.
[[nodiscard]] const ProbedKey* find_or_family(const ProbeReport& report, const SysctlKey& key);

}  // namespace podsysctl::sysctl
