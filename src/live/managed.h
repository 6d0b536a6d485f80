// SPDX-License-Identifier: Apache-2.0
// What is on record of a target's kernel parameters: for a pod of ours its settings, for any other
// target what the audit trail says was set and not taken back. Thread-safety: as Store.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "live/target.h"
#include "sysctl/apply.h"

namespace podsysctl::live {

inline constexpr std::string_view kSetOrigin = "podsysctl set";

// Those that were put into effect.
[[nodiscard]] Result<std::vector<store::SettingRecord>> managed_settings(
    const FoundTarget& target, const Surroundings& surroundings);

// By canonical key: who asked for the value.
[[nodiscard]] Result<std::map<std::string, std::string>> origins_of(
    const FoundTarget& target, const Surroundings& surroundings);

[[nodiscard]] bool is_in_force(const store::SettingRecord& setting) noexcept;

// As `inspect` shows them.
[[nodiscard]] store::SettingRecord record_of(const sysctl::AppliedSetting& applied);

}  // namespace podsysctl::live
