// SPDX-License-Identifier: Apache-2.0
#include "check/subject.h"

#include <unordered_set>
#include <utility>

#include <fmt/core.h>

namespace podsysctl::check {
namespace {

constexpr unsigned kFieldSince = 11;

}  // namespace

std::string Subject::path_of(const Wish& wish, std::string_view member) const {
  if (wish.annotation.empty()) {
    return workload.sysctl_path(wish.index, member);
  }
  return annotation_path(workload.template_path, wish.annotation);
}

Place Subject::name_place(const Wish& wish) const {
  return {wish.name_at, path_of(wish, "name"), std::string(wish.name)};
}

Place Subject::value_place(const Wish& wish) const {
  return {wish.value_at, path_of(wish, "value"), std::string(wish.name)};
}

Subject make_subject(const Workload& workload, const Context& context, KeyCache& keys, Sink& sink) {
  Subject subject{workload, context, keys, sink, {}, {}};
  if (!context.kubernetes.at_least(kFieldSince)) {
    return subject;
  }
  subject.wishes.reserve(workload.sysctls.size());
  for (const SysctlField& field : workload.sysctls) {
    if (field.name.empty()) {
      continue;
    }
    const yaml::Position at = field.name_node->at;
    subject.wishes.push_back({.name = field.name,
                              .value = field.value,
                              .facts = &keys.of(field.name),
                              .name_at = at,
                              .value_at = field.value_node != nullptr ? field.value_node->at : at,
                              .index = field.index});
  }
  return subject;
}

std::string plain_end(std::string_view sentence) {
  sentence.remove_suffix(sentence.ends_with('.') ? 1 : 0);
  return std::string(sentence);
}

UniqueSettings unique_settings(const Subject& subject) {
  UniqueSettings unique;
  std::unordered_set<std::string_view> seen;
  for (std::size_t i = 0; i < subject.wishes.size(); ++i) {
    const Wish& wish = subject.wishes[i];
    if (!wish.facts->related || !wish.value || !seen.insert(wish.facts->key->name()).second) {
      continue;
    }
    // Not as one braced initialiser: GCC 12 sees uninitialised members in it.
    sysctl::Origin origin;
    origin.kind = sysctl::Origin::Kind::manifest;
    origin.source = wish.annotation.empty() ? fmt::format("sysctls[{}]", wish.index)
                                            : std::string(wish.annotation);
    sysctl::Setting setting{*wish.facts->key, std::string(*wish.value), std::move(origin),
                            std::string(wish.name)};
    unique.settings.push_back(std::move(setting));
    unique.indices.push_back(i);
  }
  return unique;
}

}  // namespace podsysctl::check
