// SPDX-License-Identifier: Apache-2.0
#include "migrate/order.h"

#include "sysctl/catalog.h"
#include "sysctl/plan_order.h"
#include "sysctl/setting.h"

namespace podsysctl::migrate {

std::vector<std::string> order_remarks(const Settings& settings) {
  std::vector<sysctl::Setting> all;
  std::vector<std::string> before;  // in a fresh namespace, where the catalogue knows it
  for (const Settings::One& one : settings.all) {
    const sysctl::Entry* const entry = sysctl::find_entry(one.key);
    const bool known = entry != nullptr && entry->default_value;
    before.emplace_back(known ? *entry->default_value : std::string_view(one.value));
    all.push_back({one.key, one.value, {}, ""});
  }
  std::vector<std::string> remarks;
  for (const sysctl::RelatedPair& pair : sysctl::relations_among(all).pairs) {
    if (const Result<> holds = sysctl::check_pair(pair, all); !holds) {
      remarks.push_back(holds.error().message);
      continue;
    }
    for (const sysctl::Edge& edge : sysctl::edges_of({&pair, 1}, all, before)) {
      remarks.push_back(fmt::format(
          "{} must be written before {} ({}), but container runtimes write in any order: keep one, "
          "or migrate --to annotation",
          all[edge.before].key.name(), all[edge.after].key.name(), pair.constraint->why));
    }
  }
  return remarks;
}

}  // namespace podsysctl::migrate
