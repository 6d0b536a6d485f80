// SPDX-License-Identifier: Apache-2.0
// The sysctls that config.json itself sets: what `docker run --sysctl`, a pod's
// securityContext.sysctls and the runtimes' own defaults become. Their author may start containers
// on this host, so no policy is asked; what would reach the host is refused all the same.
// Errors of given_settings(): invalid_argument, denied_by_policy, naming the key.
// Thread-safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "oci/container.h"
#include "oci/sharing.h"
#include "sysctl/kernel_version.h"
#include "sysctl/setting.h"

namespace podsysctl::oci {

// A pair that container managers write unasked. Its absence counts for nothing, nor does it.
[[nodiscard]] bool is_managers_default(const sysctl::SysctlKey& key, std::string_view value);

// Keys that somebody set on purpose; what is no key is not among them.
[[nodiscard]] std::vector<sysctl::SysctlKey> keys_on_purpose(const Spec& spec);

// Those that can be put into effect from outside, the managers' defaults too. Not among them, and
// so left to the runtime and its own rules: keys that no namespace owns, user.*, kernel.hostname,
// and keys of a namespace that belongs to another container.
[[nodiscard]] Result<std::vector<sysctl::Setting>> given_settings(
    const Spec& spec, const Sharing& sharing, std::optional<sysctl::KernelVersion> kernel);

// The names in linux.sysctl, as they are written, that a runtime must not write: it writes them in
// random order, and pairs of which one is valid only with the other fail; or it takes a dot within
// a name for a separator. Empty where all of these are managers' defaults.
[[nodiscard]] std::vector<std::string> not_for_runtime(const std::vector<sysctl::Setting>& given);

// The text of a config.json without these members of linux.sysctl, marked as edited.
[[nodiscard]] Result<std::string> without_sysctls(std::string_view config, std::string_view name,
                                                  const std::vector<std::string>& names);

}  // namespace podsysctl::oci
