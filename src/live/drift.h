// SPDX-License-Identifier: Apache-2.0
// Drift: settings that are on record as in force and are not any more, because another writer
// changed them. One DriftChecker looks at any number of pods, on one thread that goes from
// namespace to namespace; nothing is written by looking. note_drift() tells each change once, by an
// event, whoever calls it and how often: the settings remember what was told.
// Errors: those of the store; a target that cannot be looked at carries its own.
// Thread-safety: one thread a checker; as Store.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "linux/namespaces.h"
#include "live/change.h"
#include "live/target.h"
#include "sysctl/reader.h"

namespace podsysctl::live {

// Reasons of events.
inline constexpr std::string_view kSysctlDrift = "SysctlDrift";            // Warning
inline constexpr std::string_view kSysctlDriftEnded = "SysctlDriftEnded";  // Normal
inline constexpr std::string_view kSysctlsRepaired = "SysctlsRepaired";    // Normal

struct DriftedSetting {
  store::SettingRecord setting;
  std::optional<std::string> found;  // blanks normalised; unset: it cannot be read
  std::string why;                   // of an unset one
};

struct TargetDrift {
  std::string name;            // to find the target by: "default/web", "docker:web"
  std::string pod_uid;         // "": not a pod of ours
  store::ObjectReference pod;  // of pod_uid
  std::size_t checked = 0;
  std::vector<DriftedSetting> drifted;
  std::vector<store::SettingRecord> recovered;  // their drift was told, and is no more
  std::optional<Error> failure;                 // it could not be looked at
};

class DriftChecker {
 public:
  [[nodiscard]] static Result<DriftChecker> open();

  // Every pod of ours that runs and has settings, by uid.
  [[nodiscard]] Result<std::vector<TargetDrift>> check_all(store::Store& store);
  [[nodiscard]] Result<TargetDrift> check(const FoundTarget& target,
                                          const Surroundings& surroundings);

 private:
  DriftChecker(sysctl::SysctlReader reader, linux::HostNamespaces host)
      : reader_(std::move(reader)), host_(std::move(host)) {}

  sysctl::SysctlReader reader_;
  linux::HostNamespaces host_;
};

// An event for each setting that drifted, drifted to another value, or is as asked for again, since
// this was last called for the state. Returns how many.
[[nodiscard]] Result<std::size_t> note_drift(std::span<const TargetDrift> targets,
                                             const Surroundings& surroundings);

// Puts the drifted settings of one target into effect again, audited. Nothing drifted: nothing is
// done.
[[nodiscard]] Result<Change> repair(const FoundTarget& target, const TargetDrift& drift,
                                    const Author& author, const std::string& reason,
                                    const Surroundings& surroundings);

}  // namespace podsysctl::live
