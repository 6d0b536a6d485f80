// SPDX-License-Identifier: Apache-2.0
// The part of the local API that looks at running targets and changes them: get, set, undo, diff
// and repair (docs/api.md). Changes are on record as those of whoever connected, not the service's.
// Thread-safety: that of the function given.
#pragma once

#include <cstdint>
#include <functional>

#include "api/api.h"
#include "api/targets.h"
#include "live/author.h"

namespace podsysctl::api {

enum class Purpose : std::uint8_t { look, change };

// Has targets for one request ready; the author outlives the call.
using Ask = std::function<http::Answer(Targets&)>;
using WithTargets =
    std::function<http::Answer(Purpose purpose, const live::Author& author, const Ask& ask)>;

[[nodiscard]] MoreResources target_resources(WithTargets with_targets);

}  // namespace podsysctl::api
