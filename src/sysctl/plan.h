// SPDX-License-Identifier: Apache-2.0
// Plan: settings in an order that the kernel accepts at every step, with the values they replace.
// The rules (bounds between keys, writes that overwrite other keys, two names of one variable) are
// data: data/constraints.yaml. Nothing is written here.
// Errors: invalid_argument for a value or a set that no order can satisfy (both keys and the rule
// are named), conflict for two wishes for one key, not_found for a key that the target lacks.
// Thread-safety: pure functions over their arguments; CurrentValues is called from one thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "sysctl/key.h"
#include "sysctl/setting.h"

namespace podsysctl::sysctl {

// What a target's kernel parameters are now. The writer's trusted procfs implements it; tests use a
// model.
class CurrentValues {
 public:
  CurrentValues() = default;
  CurrentValues(const CurrentValues&) = delete;
  CurrentValues& operator=(const CurrentValues&) = delete;
  virtual ~CurrentValues() = default;

  // The value in the target now, as the kernel prints it; not_found if the file is absent there.
  [[nodiscard]] virtual Result<std::string> read(const SysctlKey& key) = 0;
};

// The value, or nothing where the kernel has the key but no value for it yet: reading
// net.ipv6.conf.*.stable_secret is EIO until it is written once.
[[nodiscard]] Result<std::optional<std::string>> read_if_set(CurrentValues& current,
                                                             const SysctlKey& key);

// `previous` is the value when the plan was made, "" where there was none yet (then `unset`, and
// nothing that a write could put back). `disturbed`: a step before may change this key as a side
// effect (net.ipv6.conf.all.disable_ipv6 does), so whoever leaves out writes of equal values must
// compare with what the kernel says at that step, not with `previous`.
struct Step {
  Setting setting;
  std::string previous;
  bool unset = false;
  bool disturbed = false;
};

struct Plan {
  std::vector<Step> steps;  // in an order valid at every step
};

// Orders the settings: by the constraint table, else as asked for. Identical duplicates collapse to
// the first. Reads each key, and the partners of its constraints, once.
[[nodiscard]] Result<Plan> make_plan(std::vector<Setting> settings, CurrentValues& current);

// The plan that takes back steps already written (in the order written): the previous values,
// ordered by the same constraints. Reversing the steps is not enough: taking back a fan-out key
// last would overwrite the keys restored before it.
[[nodiscard]] Plan inverse_of(std::span<const Step> written);

// Without a kernel: refuses two wishes for one key, two names of one variable with different
// values, and pairs of values in the set that break a rule between their keys. Values are not
// checked one by one (value.h does).
[[nodiscard]] Result<> check_satisfiable(std::span<const Setting> settings);

}  // namespace podsysctl::sysctl
