// SPDX-License-Identifier: Apache-2.0
// SingleContainer as text.
#include <nlohmann/json.hpp>

#include "engine/docker/plan.h"
#include "json/cursor.h"
#include "json/json.h"

namespace podsysctl::engine {

std::string to_record(const SingleContainer& single) {
  json::Value sysctls = json::Value::array();
  for (const auto& [key, value] : single.sysctls) {
    sysctls.push_back(json::Value::array({key, value}));
  }
  return json::dump({{"network", single.network_mode},
                     {"ipc", single.ipc_mode},
                     {"sysctls", std::move(sysctls)}});
}

Result<std::optional<SingleContainer>> single_container_of(std::string_view record) {
  if (record.empty()) {
    return std::optional<SingleContainer>{};
  }
  PSYS_TRY_ASSIGN(const json::Value tree, json::parse(record, "sandbox record"));
  const json::Cursor root(tree, "sandbox record");
  SingleContainer single;
  PSYS_TRY_ASSIGN(single.network_mode, root.string_at("network"));
  PSYS_TRY_ASSIGN(single.ipc_mode, root.string_at("ipc"));
  PSYS_TRY_ASSIGN(const json::Cursor sysctls, root.at("sysctls"));
  PSYS_TRY_ASSIGN(const auto pairs, sysctls.elements());
  for (const json::Cursor& pair : pairs) {
    PSYS_TRY_ASSIGN(const std::vector<std::string> both, pair.as_strings());
    if (both.size() != 2) {
      return Error::of(Code::invalid_argument, "{}: expected a key and a value", pair.where());
    }
    single.sysctls.emplace_back(both[0], both[1]);
  }
  return std::optional(std::move(single));
}

}  // namespace podsysctl::engine
