// SPDX-License-Identifier: Apache-2.0
// The JSON form of an event, a contract with scripts: names and order of the members do not change.
// Thread-safety: pure function.
#pragma once

#include <string>

#include "store/records.h"

namespace podsysctl::cli {

// One object on one line, with its newline.
[[nodiscard]] std::string event_json(const store::EventRecord& event);

}  // namespace podsysctl::cli
