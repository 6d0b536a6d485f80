// SPDX-License-Identifier: Apache-2.0
// Scope: the kind of namespace that owns a key. Settability: what a pod may do with it here.
// Both are spelt the same in the code, in `catalog`, in JSON and in the documentation.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "sysctl/key.h"

namespace podsysctl::sysctl {

enum class Scope : std::uint8_t { net, ipc, uts, user, node };

enum class Settability : std::uint8_t {
  pod_writable,   // a pod's own copy can be written
  pod_read_only,  // visible in a pod, but only the host's namespace may write it
  node_only,      // not visible in a pod's namespaces, or owned by no namespace
  absent,         // this kernel does not have it (or its module is not loaded)
  leaky,          // a write in a namespace reaches the host: always refused
};

[[nodiscard]] std::string_view to_string(Scope scope) noexcept;
[[nodiscard]] std::string_view to_string(Settability settability) noexcept;
[[nodiscard]] std::optional<Scope> scope_from_string(std::string_view text) noexcept;
[[nodiscard]] std::optional<Settability> settability_from_string(std::string_view text) noexcept;

// The namespace that owns the key by its canonical name: net.* -> net; kernel.{sem,shmall,shmmax,
// shmmni,shm_rmid_forced,msgmax,msgmnb,msgmni} and fs.mqueue.* -> ipc; kernel.{hostname,domainname}
// -> uts; user.* -> user; everything else -> node. Whether a pod can really write a key is the
// probe's answer, not this one's.
[[nodiscard]] Scope scope_of(const SysctlKey& key) noexcept;

}  // namespace podsysctl::sysctl
