// SPDX-License-Identifier: Apache-2.0
// A container's environment: envFrom first, then env, each replacing what has the same name before
// it, with $(VAR) expanded; then the same for command and args. Facts of the running pod become
// marks (pod/runtime_facts.h).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "pod/object_reader.h"
#include "pod/pod_scope.h"
#include "pod/spec.h"

namespace podsysctl::pod {

class Environment {
 public:
  void set(std::string name, std::string value);
  [[nodiscard]] std::optional<std::string> find(std::string_view name) const;
  [[nodiscard]] const std::vector<EnvVar>& variables() const noexcept { return variables_; }

  // $(VAR) with these variables.
  [[nodiscard]] Result<std::string> expanded(std::string_view text) const;

 private:
  std::vector<EnvVar> variables_;
  std::unordered_map<std::string, std::size_t> by_name_;
};

// `container.resources` is read already (resourceFieldRef).
[[nodiscard]] Environment read_env(const ObjectReader& reader, const PodScope& scope,
                                   const Container& container);

// The words of `command` or `args`, expanded.
[[nodiscard]] std::vector<std::string> read_words(const ObjectReader& reader,
                                                  std::string_view field, const PodScope& scope,
                                                  const Environment& environment);

}  // namespace podsysctl::pod
