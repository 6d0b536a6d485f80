// SPDX-License-Identifier: Apache-2.0
// Apply: a plan put into effect. Each key is written once, in the plan's order, unless it has the
// wanted value already; at the end every key is read back, whoever wrote it last. When something
// fails, what was written is taken back, and the report says what was and what was not.
// Thread-safety: pure function over its arguments.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "sysctl/plan.h"
#include "sysctl/setting.h"
#include "sysctl/tree.h"

namespace podsysctl::sysctl {

enum class ApplyState : std::uint8_t {
  applied,      // written and read back
  unchanged,    // had the value already; nothing was written
  refused,      // not in force: the kernel refused it, or the plan ended before it
  rolled_back,  // was written, then taken back
};
[[nodiscard]] std::string_view to_string(ApplyState state) noexcept;

struct AppliedSetting {
  Setting setting;
  std::string previous;   // as the kernel printed it before; "" also where it had no value yet
  std::string effective;  // as it prints it now; blanks normalised
  ApplyState state = ApplyState::refused;
};

struct Application {
  std::vector<AppliedSetting> settings;  // in the plan's order
  // What went wrong: the kernel's answer with the key, or partial_apply when in addition something
  // could not be taken back. Empty: everything is in force.
  std::optional<Error> failure;
};

[[nodiscard]] Application apply(const Plan& plan, SysctlTree& tree);

}  // namespace podsysctl::sysctl
