// SPDX-License-Identifier: Apache-2.0
#include "pod/env_reader.h"

#include <utility>
#include <vector>

#include "base/strings.h"
#include "pod/env_source.h"
#include "pod/expansion.h"
#include "pod/names.h"

namespace podsysctl::pod {
namespace {

constexpr std::string_view kOverBudget =
    "the ConfigMaps, variables and arguments that this pod copies come to more than 32 MiB";

// One reference of envFrom: configMapRef or secretRef.
void read_env_from(const ObjectReader& item, std::string_view field, ConfigKind kind,
                   const PodScope& scope, Environment& environment) {
  const auto reference = item.object(field, "envFromRef");
  if (!reference) {
    return;
  }
  const auto name = reference->required_text("name");
  const bool optional = reference->flag_or("optional", false);
  const std::string prefix = item.text("prefix").value_or("");
  if (!name) {
    return;
  }
  const ConfigData* const data = scope.config->find(kind, scope.pod->namespace_, *name);
  if (data == nullptr) {
    if (!optional) {
      reference->error_in("name", not_in_file(kind, *name));
    }
    return;
  }
  for (const auto& [key, content] : *data) {
    std::string variable = prefix + key;
    if (check_env_name(variable) || content.find('\0') != std::string::npos) {
      item.problems().warn(reference->value(),
                           fmt::format("key {} is left out: no valid variable", in_quotes(key)));
    } else if (scope.budget->spend(variable.size() + content.size())) {
      environment.set(std::move(variable), content);
    } else {
      return reference->error(kOverBudget);
    }
  }
}

// The value of one entry of env; nullopt where it stays unset or a fault was noted.
std::optional<std::string> read_variable(const ObjectReader& item, const PodScope& scope,
                                         const Container& container,
                                         const Environment& environment) {
  const auto field = item.field("value");
  const auto text = item.text("value");
  const auto source = item.object("valueFrom", "env[].valueFrom");
  if (!source) {
    return text ? item.problems().keep(*field, environment.expanded(*text))
                : (field ? std::nullopt : std::optional<std::string>(""));
  }
  if (text && !text->empty()) {
    source->error("not allowed beside a `value` that is not empty");
    return std::nullopt;
  }
  return read_value_from(*source, scope, container);
}

}  // namespace

void Environment::set(std::string name, std::string value) {
  const auto [at, is_new] = by_name_.try_emplace(name, variables_.size());
  if (is_new) {
    variables_.push_back({std::move(name), std::move(value)});
  } else {
    variables_[at->second].value = std::move(value);
  }
}

std::optional<std::string> Environment::find(std::string_view name) const {
  const auto found = by_name_.find(std::string(name));
  if (found == by_name_.end()) {
    return std::nullopt;
  }
  return variables_[found->second].value;
}

Result<std::string> Environment::expanded(std::string_view text) const {
  return expand(text, [this](std::string_view name) { return find(name); });
}

Environment read_env(const ObjectReader& reader, const PodScope& scope,
                     const Container& container) {
  Environment environment;
  for (const yaml::Value& value : reader.list("envFrom")) {
    const ObjectReader item(value, "envFrom[]", reader.problems());
    read_env_from(item, "configMapRef", ConfigKind::config_map, scope, environment);
    read_env_from(item, "secretRef", ConfigKind::secret, scope, environment);
  }
  for (const yaml::Value& value : reader.list("env")) {
    const ObjectReader item(value, "env[]", reader.problems());
    const auto name = item.required_text("name", check_env_name);
    auto text = read_variable(item, scope, container, environment);
    if (!name || !text) {
      continue;
    }
    if (!scope.budget->spend(name->size() + text->size() + sizeof(EnvVar))) {
      item.error(kOverBudget);
      break;
    }
    environment.set(*name, *std::move(text));
  }
  return environment;
}

std::vector<std::string> read_words(const ObjectReader& reader, std::string_view field,
                                    const PodScope& scope, const Environment& environment) {
  std::vector<std::string> words;
  Problems& problems = reader.problems();
  for (const yaml::Value& item : reader.list(field)) {
    const auto text = problems.keep(item, item.as_string());
    auto word = text ? problems.keep(item, environment.expanded(*text)) : std::nullopt;
    if (!word) {
      continue;
    }
    if (!scope.budget->spend(word->size() + sizeof(std::string))) {
      problems.error(item, kOverBudget);
      break;
    }
    words.push_back(*std::move(word));
  }
  return words;
}

}  // namespace podsysctl::pod
