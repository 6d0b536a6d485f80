// SPDX-License-Identifier: Apache-2.0
// What a person can do about a forbidden sysctl: one line each, without "hint: ". Never names the
// allowlist flag for a sysctl that no allowlist can give to a pod.
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "policy/admission.h"
#include "policy/allowlist.h"
#include "sysctl/scope.h"

namespace podsysctl::policy {

// For a name that the allowlist does not hold.
[[nodiscard]] std::string hint_for_unlisted(std::string_view raw_name, AskedBy asked_by,
                                            const Allowlist& allowlist);

// For a name of a namespace (net or ipc) that the pod shares with the host.
[[nodiscard]] std::string_view hint_for_host_namespace(sysctl::Scope scope) noexcept;

}  // namespace podsysctl::policy
