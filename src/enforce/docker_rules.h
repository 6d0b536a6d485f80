// SPDX-License-Identifier: Apache-2.0
// What `docker run --sysctl` and the OCI runtime behind it refuse, in their words: keys that no
// namespace owns, and keys of a namespace that is the host's. One key more than docker's own list
// is taken, kernel.domainname, which its daemon and runc take too. Thread-safety: pure functions.
#pragma once

#include <span>
#include <vector>

#include "policy/host_namespaces.h"
#include "policy/verdict.h"
#include "sysctl/setting.h"

namespace podsysctl::enforce {

// One verdict per setting, in the same order.
[[nodiscard]] std::vector<policy::Verdict> docker_verdicts(
    std::span<const sysctl::Setting> settings, const policy::HostNamespaces& host);

}  // namespace podsysctl::enforce
