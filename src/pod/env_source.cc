// SPDX-License-Identifier: Apache-2.0
#include "pod/env_source.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/strings.h"
#include "pod/quantity.h"
#include "pod/runtime_facts.h"
#include "yaml/scalar.h"

namespace podsysctl::pod {
namespace {

// metadata.labels['key'] -> key
std::optional<std::string_view> subscript(std::string_view path, std::string_view map) {
  const bool fits = path.starts_with(map) && path.substr(map.size()).starts_with("['") &&
                    path.ends_with("']") && path.size() >= map.size() + 4;
  return fits ? std::optional(path.substr(map.size() + 2, path.size() - map.size() - 4))
              : std::nullopt;
}

std::string entry_of(const std::map<std::string, std::string>& map, std::string_view key) {
  const auto found = map.find(std::string(key));
  return found == map.end() ? "" : found->second;
}

std::optional<std::string> field_value(std::string_view path, const PodScope& scope) {
  if (path == "metadata.name") {
    return scope.pod->name;
  }
  if (path == "metadata.namespace") {
    return scope.pod->namespace_;
  }
  if (path == "spec.serviceAccountName") {
    return scope.service_account;
  }
  if (const auto label = subscript(path, "metadata.labels")) {
    return entry_of(scope.pod->labels, *label);
  }
  if (const auto annotation = subscript(path, "metadata.annotations")) {
    return entry_of(scope.pod->annotations, *annotation);
  }
  return mark_of(path);
}

std::optional<std::string> read_field_ref(const ObjectReader& reference, const PodScope& scope) {
  const auto path = reference.required_text("fieldPath");
  if (!path) {
    return std::nullopt;
  }
  std::optional<std::string> value = field_value(*path, scope);
  if (!value) {
    reference.error_in("fieldPath", in_quotes(*path) + " is not a field that a variable can take");
  }
  return value;
}

struct ResourceField {
  std::string_view name;
  std::optional<std::int64_t> Resources::* amount;
  std::int64_t per_unit;  // of `amount` in one core or byte
};
constexpr std::array<ResourceField, 4> kResourceFields{
    {{"limits.cpu", &Resources::cpu_limit_milli, 1000},
     {"limits.memory", &Resources::memory_limit, 1},
     {"requests.cpu", &Resources::cpu_request_milli, 1000},
     {"requests.memory", &Resources::memory_request, 1}}};

std::optional<std::string> read_resource_ref(const ObjectReader& reference,
                                             const Container& container) {
  const auto name = reference.required_text("resource");
  const auto other = reference.text("containerName");
  const auto divisor_field = reference.field("divisor");
  if (!name) {
    return std::nullopt;
  }
  if (other && *other != container.name) {
    reference.error_in("containerName", "only the resources of the container itself are known");
    return std::nullopt;
  }
  const auto field = std::ranges::find(kResourceFields, *name, &ResourceField::name);
  if (field == kResourceFields.end()) {
    reference.error_in("resource", in_quotes(*name) +
                                       " is not one of limits.cpu, limits.memory, "
                                       "requests.cpu, requests.memory");
    return std::nullopt;
  }
  const std::optional<std::int64_t> amount = container.resources.*(field->amount);
  if (!amount) {
    reference.error_in("resource", fmt::format("{} is not set in this container", *name));
    return std::nullopt;
  }
  std::int64_t divisor = field->per_unit;
  if (divisor_field) {
    const auto quantity =
        reference.problems().keep(*divisor_field, Quantity::parse(divisor_field->node().text));
    if (!quantity) {
      return std::nullopt;
    }
    divisor = field->per_unit == 1 ? quantity->value() : quantity->milli();
  }
  if (divisor <= 0) {
    divisor = field->per_unit;  // 0 stands for the default, 1
  }
  return fmt::format("{}", *amount / divisor + (*amount % divisor != 0 ? 1 : 0));
}

std::optional<std::string> read_key_ref(const ObjectReader& reference, ConfigKind kind,
                                        const PodScope& scope) {
  const auto name = reference.required_text("name");
  const auto key = reference.required_text("key");
  const bool optional = reference.flag_or("optional", false);
  if (!name || !key) {
    return std::nullopt;
  }
  const ConfigData* const data = scope.config->find(kind, scope.pod->namespace_, *name);
  const auto found = data == nullptr ? ConfigData::const_iterator() : data->find(*key);
  if (data != nullptr && found != data->end()) {
    if (found->second.find('\0') != std::string::npos) {
      reference.error("a variable cannot hold a NUL character");
      return std::nullopt;
    }
    return found->second;
  }
  if (!optional && data == nullptr) {
    reference.error_in("name", not_in_file(kind, *name));
  } else if (!optional) {
    reference.error_in("key", fmt::format("{} {} has no key {}", to_string(kind), in_quotes(*name),
                                          in_quotes(*key)));
  }
  return std::nullopt;
}

}  // namespace

std::string not_in_file(ConfigKind kind, std::string_view name) {
  return fmt::format(
      "{} {} is not in this file; add it as a document of its own, or set "
      "`optional: true`",
      to_string(kind), in_quotes(name));
}

std::optional<std::string> read_value_from(const ObjectReader& source, const PodScope& scope,
                                           const Container& container) {
  if (source.value().node().entries.size() > 1) {
    source.error("takes one source, not several");
    return std::nullopt;
  }
  if (const auto reference = source.object("fieldRef", "fieldRef")) {
    return read_field_ref(*reference, scope);
  }
  if (const auto reference = source.object("resourceFieldRef", "resourceFieldRef")) {
    return read_resource_ref(*reference, container);
  }
  if (const auto reference = source.object("configMapKeyRef", "keyRef")) {
    return read_key_ref(*reference, ConfigKind::config_map, scope);
  }
  if (const auto reference = source.object("secretKeyRef", "keyRef")) {
    return read_key_ref(*reference, ConfigKind::secret, scope);
  }
  const auto entries = source.value().node().entries;
  if (std::ranges::all_of(entries,
                          [](const yaml::Entry& entry) { return yaml::is_null(*entry.value); })) {
    source.error("names no source");
  }
  return std::nullopt;
}

}  // namespace podsysctl::pod
