// SPDX-License-Identifier: Apache-2.0
// What a service does about drift, again and again: looks at all pods, tells each change once by an
// event, and puts back what is to be put back. A value that something else keeps changing is not
// fought: it is repaired at once, then less and less often (pacing.h), and told of as contested.
// Errors: those of the store; a pod that cannot be looked at or repaired is in `faults` and leaves
// the others. Thread-safety: one thread; as Store.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "live/drift.h"
#include "live/pacing.h"
#include "rules/on_drift.h"

namespace podsysctl::live {

using rules::OnDrift;

inline constexpr std::chrono::seconds kDefaultDriftInterval{60};
inline constexpr std::chrono::seconds kLongestRepairPause{3600};
inline constexpr std::string_view kSysctlContested = "SysctlContested";  // Warning

// One round; a key stands in a list once for each pod.
struct DriftRound {
  std::size_t pods = 0;
  std::size_t checked = 0;           // settings
  std::vector<std::string> drifted;  // to a value that was not told of before
  std::vector<std::string> repaired;
  std::vector<std::string> contested;  // repaired, and not for the first time in a row
  std::vector<std::string> faults;     // "shop/web: …"
};

struct DriftOrders {
  // Whether a setting that drifted is to be repaired.
  std::function<OnDrift(const std::string& pod_uid, const std::string& key)> what_to_do;
  std::string reason;                // of a repair, for the audit trail
  std::chrono::seconds first_pause;  // after a first repair
};

class DriftWatch {
 public:
  [[nodiscard]] static Result<DriftWatch> open();

  [[nodiscard]] Result<DriftRound> look(const Surroundings& surroundings, const DriftOrders& orders,
                                        Pacing::Time now);

 private:
  explicit DriftWatch(DriftChecker checker) : checker_(std::move(checker)) {}

  [[nodiscard]] Result<> repair_due(TargetDrift target, const Surroundings& surroundings,
                                    const DriftOrders& orders, Pacing::Time now, DriftRound& round);

  DriftChecker checker_;
  Pacing pacing_{kLongestRepairPause};
};

}  // namespace podsysctl::live
