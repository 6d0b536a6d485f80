// SPDX-License-Identifier: Apache-2.0
// What becomes of a setting that something else has changed while its pod runs.
// Thread-safety: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace podsysctl::rules {

enum class OnDrift : std::uint8_t {
  report,  // an event tells of it
  repair,  // it is put into force again, too
};
// "Report", "Repair".
[[nodiscard]] std::string_view to_string(OnDrift on_drift) noexcept;
[[nodiscard]] std::optional<OnDrift> on_drift_from_string(std::string_view text) noexcept;

}  // namespace podsysctl::rules
