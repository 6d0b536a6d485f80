// SPDX-License-Identifier: Apache-2.0
// The JSON of get, set and diff (docs/live.md), a contract with scripts: names and order of the
// members do not change; what is not known is null. One indented object each. Thread-safety: pure
// functions.
#pragma once

#include <span>
#include <string>

#include "api/targets.h"

namespace podsysctl::api {

[[nodiscard]] std::string values_json(const Values& values);
[[nodiscard]] std::string history_json(const History& history);
// What is written, in this order.
[[nodiscard]] std::string plan_json(const Planned& planned);
[[nodiscard]] std::string change_json(const Changed& changed);
[[nodiscard]] std::string drift_json(std::span<const DriftReport> reports);

}  // namespace podsysctl::api
