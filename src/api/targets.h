// SPDX-License-Identifier: Apache-2.0
// What `get`, `set` and `diff` ask about a running target (live/target.h) and want done with it,
// whoever does it: this process, or a service that is asked. Values from a service carry what the
// commands print. Errors: those of src/live, word for word. Thread-safety: one thread per object.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "live/change.h"
#include "live/drift.h"
#include "live/values.h"

namespace podsysctl::api {

struct TargetName {
  std::string name;            // as given
  std::string pod_uid;         // "": not a pod of podsysctl
  store::ObjectReference pod;  // of pod_uid
};
[[nodiscard]] TargetName name_of(const live::FoundTarget& target);

struct ValuesWish {
  std::vector<sysctl::SysctlKey> keys;  // none: those that `which` says
  live::Which which = live::Which::changed;
};

struct SetWish {
  std::vector<sysctl::Setting> settings;  // their origins are not passed on
  std::vector<std::string> allowed_unsafe;
  std::string kubernetes_version;  // "": the newest known
  live::Force force = live::Force::no;
  live::ExistingSockets sockets = live::ExistingSockets::leave;
  std::string reason;
};

struct Values {
  TargetName target;
  std::vector<live::SeenValue> rows;
};

struct History {
  TargetName target;
  std::vector<store::AuditRecord> trail;
};

struct Planned {
  TargetName target;
  sysctl::Plan plan;
};

struct Changed {
  TargetName target;
  live::Change change;
};

// A target's drift and what came of repairing it; `repaired` is empty where that was not asked for.
struct DriftReport {
  live::TargetDrift drift;
  std::optional<sysctl::Application> repaired;

  // Whether the setting is in force again.
  [[nodiscard]] bool is_repaired(const std::string& key) const;
  [[nodiscard]] bool is_clean() const;  // nothing drifted, or all of it is repaired
};

class Targets {
 public:
  Targets() = default;
  Targets(const Targets&) = delete;
  Targets& operator=(const Targets&) = delete;
  virtual ~Targets() = default;

  [[nodiscard]] virtual Result<Values> values(const std::string& target,
                                              const ValuesWish& wish) = 0;
  // Of these keys; none: of all.
  [[nodiscard]] virtual Result<History> history(const std::string& target,
                                                const std::vector<sysctl::SysctlKey>& keys) = 0;

  // Judges, and says what set() would write. Nothing is written.
  [[nodiscard]] virtual std::expected<Planned, live::Refusal> plan_set(const std::string& target,
                                                                       const SetWish& wish) = 0;
  [[nodiscard]] virtual std::expected<Changed, live::Refusal> set(const std::string& target,
                                                                  const SetWish& wish) = 0;
  [[nodiscard]] virtual Result<Planned> plan_undo(const std::string& target,
                                                  const live::UndoRequest& wish) = 0;
  [[nodiscard]] virtual Result<Changed> undo(const std::string& target,
                                             const live::UndoRequest& wish) = 0;

  // Of one target, or of every pod that runs: "".
  [[nodiscard]] virtual Result<std::vector<DriftReport>> drift(const std::string& target) = 0;
  // One target that cannot be repaired leaves the others.
  [[nodiscard]] virtual Result<std::vector<DriftReport>> repair(const std::string& target,
                                                                const std::string& reason) = 0;
};

}  // namespace podsysctl::api
