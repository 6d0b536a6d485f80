// SPDX-License-Identifier: Apache-2.0
// YAML through libyaml's event parser; the one place that knows libyaml.
#pragma once

#include <memory>
#include <string_view>

#include "yaml/event_source.h"

namespace podsysctl::yaml {

// `text` has passed check_text() and outlives the source. Its first line is number `first_line`.
[[nodiscard]] std::unique_ptr<EventSource> make_libyaml_source(std::string_view text,
                                                               std::uint32_t first_line = 1);

}  // namespace podsysctl::yaml
