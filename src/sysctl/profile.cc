// SPDX-License-Identifier: Apache-2.0
#include "sysctl/profile.h"

#include <algorithm>

namespace podsysctl::sysctl {

const Profile* find_profile(std::string_view name) noexcept {
  const std::span<const Profile> all = profiles();
  const auto found = std::ranges::find(all, name, &Profile::name);
  return found == all.end() ? nullptr : &*found;
}

}  // namespace podsysctl::sysctl
