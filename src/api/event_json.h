// SPDX-License-Identifier: Apache-2.0
// The JSON form of an event, a contract with scripts: names and order of the members do not change.
// Thread-safety: pure function.
#pragma once

#include <cstdint>
#include <string>

#include "store/records.h"

namespace podsysctl::api {

// Whether "id" comes first: what events are asked for by, after the last one seen.
enum class EventId : std::uint8_t { hidden, shown };

// One object on one line, with its newline.
[[nodiscard]] std::string event_json(const store::EventRecord& event, EventId id = EventId::hidden);

}  // namespace podsysctl::api
