// SPDX-License-Identifier: Apache-2.0
// Which settings a container gets by its annotations and by profiles, held against the policies.
// What config.json itself sets on purpose comes after the container's own annotations and before
// profiles that select it. Nothing is written where a namespace belongs to another container.
// Errors: denied_by_policy where the container must not start; those of a broken policy file where
// it asks for anything. Thread-safety: pure function, but for reading files.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "oci/container.h"
#include "oci/pod.h"
#include "oci/sharing.h"
#include "rules/types.h"
#include "sysctl/setting.h"

namespace podsysctl::oci {

using Notes = std::vector<std::string>;  // to be told, though nothing is refused

struct Grants {
  std::vector<sysctl::Setting> settings;
  rules::OnForbidden on_forbidden = rules::OnForbidden::reject;
};

[[nodiscard]] Result<Grants> granted(const Pod& pod, const Spec& spec, const Sharing& sharing,
                                     const std::string& policy_folder, Notes& notes);

}  // namespace podsysctl::oci
