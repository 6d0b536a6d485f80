// SPDX-License-Identifier: Apache-2.0
// Which values an entry of a policy allows: a span of numbers, for every number of the value or one
// span for each, or a list of whole values. Lists of ports are judged by each range's ends.
// Thread-safety: immutable values, pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sysctl/key.h"
#include "sysctl/value_number.h"

namespace podsysctl::rules {

struct Bounds {
  std::vector<sysctl::Number> min;  // empty: none; one: of every number; more: of one number each
  std::vector<sysctl::Number> max;  // likewise
  std::vector<std::string> one_of;  // empty: any

  // "70000 is above the maximum 65535"; nullopt where the value keeps them.
  [[nodiscard]] std::optional<std::string> broken_by(const sysctl::SysctlKey& key,
                                                     std::string_view value) const;

  // "any value", "128 to 65535", "at most 4096 131072 6291456", "one of bbr, cubic".
  [[nodiscard]] std::string text() const;
};

}  // namespace podsysctl::rules
