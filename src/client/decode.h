// SPDX-License-Identifier: Apache-2.0
// The JSON of a service's answers (docs/api.md) back into the values it was made of, as far as it
// tells of them. Members are checked by type; those that a newer service adds are passed over.
// Limits: 64 MiB, 16 levels, 4 million values. Errors: invalid_argument, naming the member.
// Thread-safety: pure functions.
#pragma once

#include <string_view>
#include <vector>

#include "api/records.h"
#include "api/targets.h"
#include "base/result.h"

namespace podsysctl::client {

[[nodiscard]] Result<std::vector<api::ListedPod>> parse_pods(std::string_view text);
[[nodiscard]] Result<api::InspectedPod> parse_pod(std::string_view text);
// One object a line.
[[nodiscard]] Result<std::vector<store::EventRecord>> parse_events(std::string_view lines);

[[nodiscard]] Result<api::Values> parse_values(std::string_view text);
[[nodiscard]] Result<api::History> parse_history(std::string_view text);
[[nodiscard]] Result<api::Planned> parse_plan(std::string_view text);
[[nodiscard]] Result<api::Changed> parse_change(std::string_view text);
[[nodiscard]] Result<std::vector<api::DriftReport>> parse_drift(std::string_view text);
// Of an error's body; none where it has none.
[[nodiscard]] Result<std::vector<policy::Verdict>> parse_verdicts(std::string_view text);

}  // namespace podsysctl::client
