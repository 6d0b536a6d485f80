// SPDX-License-Identifier: Apache-2.0
// The common way of set, undo and repair into a target's namespaces: audit record, enforce, outcome
// on record. A process killed in between leaves the audit record with the outcome `begun`.
// Thread-safety: as Store.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "live/author.h"
#include "live/sockets.h"
#include "live/target.h"
#include "sysctl/apply.h"

namespace podsysctl::live {

struct Purpose {
  store::AuditAction action = store::AuditAction::set;
  std::string reason;
  std::string_view event;  // of the pod, when it worked: "SysctlsChanged"
  const Author& author;
};

// Holds others off until the target goes.
[[nodiscard]] Result<> lock(const FoundTarget& target);

using SettingRecords = std::vector<store::SettingRecord>;
// What a successful application makes of the settings that are on record of the pod.
using Merge = std::function<void(SettingRecords&, const sysctl::Application&)>;

struct Put {
  std::int64_t batch = 0;  // of the audit trail
  sysctl::Application application;
};
[[nodiscard]] Result<Put> put(const FoundTarget& target,
                              const std::vector<sysctl::Setting>& settings, const Purpose& purpose,
                              const Merge& merge, const Surroundings& surroundings);

// refresh_sockets() on record. Settings that reach no socket are left out.
[[nodiscard]] Result<std::vector<SocketChange>> put_on_sockets(
    const FoundTarget& target, const sysctl::Application& application, const Purpose& purpose,
    const Surroundings& surroundings);

// Replaces the records of the same keys, or adds to them.
void merge_applied(SettingRecords& records, const sysctl::Application& application);

}  // namespace podsysctl::live
