// SPDX-License-Identifier: Apache-2.0
// The audit trail: who changed what on a target that runs, one record a key (or a socket), never
// altered once its outcome is known. The texts of the enums are stored and printed: they never
// change meaning. Thread-safety: values.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace podsysctl::store {

enum class AuditAction : std::uint8_t { set, undo, repair, live_sockets };
// How it came out; `begun`: the process ended in the middle, so it may or may not be in force.
enum class AuditOutcome : std::uint8_t { begun, applied, unchanged, refused, rolled_back };

[[nodiscard]] std::string_view to_string(AuditAction action) noexcept;    // "live-sockets"
[[nodiscard]] std::string_view to_string(AuditOutcome outcome) noexcept;  // "applied"

struct AuditRecord {
  std::int64_t id = 0;     // given by the store
  std::int64_t batch = 0;  // given by the store
  Timestamp time{};
  pid_t pid = 0;
  std::uint32_t uid = 0;
  std::optional<std::uint32_t> login_uid;  // unset: the process belongs to no login
  std::string target;                      // as it was named: "web", "pid:4711"
  std::string target_id;                   // the same for every name of one target
  std::uint64_t namespace_inode = 0;       // of the namespace that owns the key
  std::string name;                        // canonical key
  std::optional<std::string> old_value;    // unset: it had none
  std::string new_value;
  AuditAction action = AuditAction::set;
  AuditOutcome outcome = AuditOutcome::begun;
  std::string reason;  // --reason
  std::string detail;  // of a socket: "listener 0.0.0.0:80, inode 4711, process 12"
  // The setting on record before, for undo; unset where the key was not managed.
  std::optional<std::string> was_requested;
  std::optional<std::string> was_origin;
  std::int64_t undone_by = 0;  // the batch that took it back
  friend bool operator==(const AuditRecord&, const AuditRecord&) = default;
};

}  // namespace podsysctl::store
