// SPDX-License-Identifier: Apache-2.0
// Changing the kernel parameters of a target that runs: judged, planned, applied and read back like
// those of a pod that starts, on record before and after, and taken back on request. Changes of one
// target wait for each other, whatever name and state folder they came with; the lock is held until
// the FoundTarget goes. The host's namespaces are never written.
// Errors: denied_by_policy and invalid_argument (judged), the kernel's, conflict (undo of what
// another writer has changed since), not_found (nothing to undo), timeout (locked).
// Thread-safety: as Store.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "base/result.h"
#include "live/author.h"
#include "live/sockets.h"
#include "live/target.h"
#include "policy/allowlist.h"
#include "policy/verdict.h"
#include "sysctl/apply.h"
#include "sysctl/plan.h"

namespace podsysctl::live {

enum class Force : std::uint8_t { no, yes };

struct SetRequest {
  std::vector<sysctl::Setting> settings;
  const policy::Allowlist& allowlist;
  Force force = Force::no;  // the allowlist does not count; the kernel's and the values' rules do
  ExistingSockets sockets = ExistingSockets::leave;
  std::string reason;  // --reason
};

struct UndoRequest {
  Force force = Force::no;  // also what another writer has changed since
  ExistingSockets sockets = ExistingSockets::leave;
  std::string reason;
};

struct Change {
  sysctl::Application application;
  std::vector<SocketChange> sockets;
};

// Why a set is not done: an error, or the verdicts about its settings.
struct Refusal {
  Error error;
  std::vector<policy::Verdict> offenders;
};

// None: allowed.
[[nodiscard]] std::optional<Refusal> judge(const FoundTarget& target, const SetRequest& request,
                                           const Surroundings& surroundings);
// What set() would write, in this order. Nothing is written.
[[nodiscard]] Result<sysctl::Plan> preview(const FoundTarget& target,
                                           const std::vector<sysctl::Setting>& settings);

// Judges first. All in force, or none and `application.failure`.
[[nodiscard]] std::expected<Change, Refusal> set(const FoundTarget& target,
                                                 const SetRequest& request, const Author& author,
                                                 const Surroundings& surroundings);
// What undo() would write.
[[nodiscard]] Result<std::vector<sysctl::Setting>> what_undo_writes(
    const FoundTarget& target, const UndoRequest& request, const Surroundings& surroundings);
// Takes back the last set of this target that was not taken back yet.
[[nodiscard]] Result<Change> undo(const FoundTarget& target, const UndoRequest& request,
                                  const Author& author, const Surroundings& surroundings);

}  // namespace podsysctl::live
