// SPDX-License-Identifier: Apache-2.0
// The ConfigMaps and Secrets of a manifest's file, by kind, namespace and name, with their values
// decoded. They feed volumes, env and envFrom of the pod in the same file.
// Thread-safety: immutable once filled.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "pod/problems.h"
#include "yaml/value.h"

namespace podsysctl::pod {

enum class ConfigKind : std::uint8_t { config_map, secret };
// "ConfigMap", "Secret".
[[nodiscard]] std::string_view to_string(ConfigKind kind) noexcept;

using ConfigData = std::map<std::string, std::string, std::less<>>;  // key -> content

class ConfigStore {
 public:
  // Reads one v1 ConfigMap or Secret; a second one of the same name is an error.
  void add(const yaml::Value& object, ConfigKind kind, std::string_view default_namespace,
           Problems& problems);

  // nullptr where the file has none.
  [[nodiscard]] const ConfigData* find(ConfigKind kind, std::string_view namespace_name,
                                       std::string_view name) const;

 private:
  struct Id {
    ConfigKind kind;
    std::string namespace_name;
    std::string name;
    friend auto operator<=>(const Id&, const Id&) = default;
  };
  std::map<Id, ConfigData> objects_;
};

}  // namespace podsysctl::pod
