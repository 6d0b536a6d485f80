// SPDX-License-Identifier: Apache-2.0
// What Kubernetes takes for a sysctl name and for a pattern of the allowlist, how it spells a name
// before it compares it, and which namespace it believes a name to belong to. All by version, and
// all on plain text: these rules also judge names that no SysctlKey can hold.
// Thread-safety: pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "policy/kubernetes_version.h"
#include "sysctl/scope.h"

namespace podsysctl::policy {

// Longest name or pattern in bytes.
inline constexpr std::size_t kMaxNameLength = 253;

// A name in spec.securityContext.sysctls: at most 253 bytes, and the regex. '/' separates from 1.25
// on.
[[nodiscard]] bool is_valid_name(std::string_view name, KubernetesVersion version) noexcept;

// An entry of the kubelet's allowlist: the same with a '*' allowed as the last character. '/'
// separates from 1.23 on.
[[nodiscard]] bool is_valid_pattern(std::string_view pattern, KubernetesVersion version) noexcept;

// The regexes as upstream's messages quote them: the name's has anchors from 1.25 on, the
// pattern's has none.
[[nodiscard]] std::string_view name_regex(KubernetesVersion version) noexcept;
[[nodiscard]] std::string_view pattern_regex(KubernetesVersion version) noexcept;

// The spelling that the kubelet compares and prints: canonical from 1.23 on (the first separator
// decides), before that as written.
[[nodiscard]] std::string normalised_name(std::string_view raw, KubernetesVersion version);

// The namespace that the kubelet's map gives a normalised name, or a pattern's prefix without its
// '*': Scope::net, Scope::ipc, or none. This is upstream's belief, not the kernel's truth: it knows
// kernel.msgnope before 1.29, and all of net.*.
[[nodiscard]] std::optional<sysctl::Scope> known_namespace(std::string_view name,
                                                           KubernetesVersion version) noexcept;

}  // namespace podsysctl::policy
