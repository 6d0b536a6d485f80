// SPDX-License-Identifier: Apache-2.0
#include "json/known_members.h"

#include <algorithm>

#include "base/strings.h"

namespace podsysctl::json {

Result<> check_members(const Cursor& object, std::span<const std::string_view> known) {
  PSYS_TRY_ASSIGN(const auto members, object.members());
  for (const auto& [name, member] : members) {
    if (std::ranges::find(known, name) == known.end()) {
      const std::vector<std::string> names(known.begin(), known.end());
      return Error::of(Code::invalid_argument, "{}: unknown member; taken are {}", member.where(),
                       join(names, ", "));
    }
  }
  return {};
}

}  // namespace podsysctl::json
