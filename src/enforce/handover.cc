// SPDX-License-Identifier: Apache-2.0
#include "enforce/handover.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <string_view>

#include "base/strings.h"
#include "sysctl/constraint.h"

namespace podsysctl::enforce {
namespace {

bool is_ordered(const std::string& key) {
  return std::ranges::any_of(sysctl::constraints(), [&](const sysctl::Constraint& constraint) {
    return sysctl::match_pattern(constraint.first, key).has_value() ||
           sysctl::match_pattern(constraint.second, key).has_value();
  });
}

// net.ipv4.conf.eth0.forwarding; also of `all` and `default`, which interfaces copy from.
bool is_of_interface(const std::string& key) {
  constexpr std::array<std::string_view, 5> kFamilies = {
      "net.ipv4.conf.", "net.ipv6.conf.", "net.ipv4.neigh.", "net.ipv6.neigh.", "net.mpls.conf."};
  return std::ranges::any_of(kFamilies,
                             [&](std::string_view family) { return key.starts_with(family); });
}

bool may_be_handed_over(const sysctl::Setting& setting) {
  const std::string& key = setting.key.name();
  return !key.contains('/') && !is_of_interface(key) && !is_ordered(key);
}

}  // namespace

std::vector<sysctl::Setting> for_runtime(std::span<const sysctl::Setting> settings) {
  std::vector<sysctl::Setting> handed;
  std::ranges::copy_if(settings, std::back_inserter(handed), may_be_handed_over);
  return handed;
}

}  // namespace podsysctl::enforce
