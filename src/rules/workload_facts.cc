// SPDX-License-Identifier: Apache-2.0
#include "rules/workload_facts.h"

#include <string>
#include <utility>

#include "yaml/lookup.h"

namespace podsysctl::rules {
namespace {

using policy::NamespaceMode;
using sysctl::Setting;
using sysctl::SysctlKey;
using yaml::Value;

Result<Labels> read_texts(const std::optional<Value>& mapping) {
  Labels texts;
  if (!mapping) {
    return texts;
  }
  PSYS_TRY(mapping->expect_mapping());
  for (const yaml::Entry& entry : mapping->node().entries) {
    PSYS_TRY_ASSIGN(std::string text, mapping->field(entry).as_string());
    texts.emplace(entry.name, std::move(text));
  }
  return texts;
}

Result<> read_images(const Value& spec, std::string_view list, std::vector<std::string>& images) {
  const auto containers = spec.find(list);
  if (!containers) {
    return {};
  }
  PSYS_TRY_ASSIGN(const std::vector<Value> items, containers->as_list());
  for (const Value& item : items) {
    if (const auto image = item.find("image")) {
      PSYS_TRY_ASSIGN(std::string text, image->as_string());
      images.push_back(std::move(text));
    }
  }
  return {};
}

Result<std::string> member(const Value& item, std::string_view name) {
  const auto found = item.find(name);
  if (!found) {
    return std::unexpected(item.error(std::string(name) + " is missing"));
  }
  return found->as_string();
}

Result<Setting> read_setting(const Value& item) {
  PSYS_TRY_ASSIGN(std::string name, member(item, "name"));
  PSYS_TRY_ASSIGN(std::string value, member(item, "value"));
  const Value where = *item.find("name");
  auto key = SysctlKey::parse(name);
  if (!key) {
    return std::unexpected(where.error(key.error().message));
  }
  sysctl::Origin origin{sysctl::Origin::Kind::manifest, std::string(item.source()), where.at().line,
                        where.at().column};
  if (name == key->name()) {
    name.clear();
  }
  return Setting(*std::move(key), std::move(value), std::move(origin), std::move(name));
}

Result<std::vector<Setting>> read_field(const Value& spec) {
  std::vector<Setting> settings;
  const auto context = spec.find("securityContext");
  const auto field = context ? context->find("sysctls") : std::nullopt;
  if (!field) {
    return settings;
  }
  PSYS_TRY_ASSIGN(const std::vector<Value> items, field->as_list());
  for (const Value& item : items) {
    PSYS_TRY_ASSIGN(Setting setting, read_setting(item));
    settings.push_back(std::move(setting));
  }
  return settings;
}

NamespaceMode mode_of(const Value& spec, std::string_view name) {
  return yaml::is_true(yaml::field_of(&spec.node(), name)) ? NamespaceMode::host
                                                           : NamespaceMode::pod;
}

}  // namespace

Result<PodFacts> facts_of(const pod::Workload& workload, std::string_view name_space) {
  PodFacts facts;
  facts.namespace_ = workload.namespace_.empty() ? name_space : workload.namespace_;
  facts.name = workload.name;
  if (const auto metadata = workload.metadata()) {
    PSYS_TRY_ASSIGN(facts.labels, read_texts(metadata->find("labels")));
    PSYS_TRY_ASSIGN(facts.annotations, read_texts(metadata->find("annotations")));
  }
  facts.labels = facts.labels.value_or(Labels());
  const Value& spec = workload.spec;
  facts.service_account = "default";
  if (const auto account = spec.find("serviceAccountName")) {
    PSYS_TRY_ASSIGN(facts.service_account, account->as_string());
  }
  std::vector<std::string> images;
  for (const std::string_view list : {"initContainers", "containers", "ephemeralContainers"}) {
    PSYS_TRY(read_images(spec, list, images));
  }
  facts.images = std::move(images);
  facts.host = {mode_of(spec, "hostNetwork"), mode_of(spec, "hostIPC")};
  if (const auto users = spec.find("hostUsers")) {
    PSYS_TRY_ASSIGN(const bool shared, users->as_bool());
    facts.user = shared ? NamespaceMode::host : NamespaceMode::pod;
  }
  PSYS_TRY_ASSIGN(facts.field, read_field(spec));
  return facts;
}

}  // namespace podsysctl::rules
