// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "cli/explain_page.h"
#include "cli/facts_json.h"

namespace podsysctl::cli {
namespace {

json::Value or_null(const std::optional<std::string>& text) {
  return text ? json::Value(*text) : json::Value();
}

json::Value target_json(const std::optional<TargetValue>& target) {
  if (!target) {
    return {};
  }
  return {
      {"target", target->target}, {"value", or_null(target->value)}, {"remark", target->remark}};
}

json::Value interactions_json(const Explanation& about) {
  json::Value list = json::Value::array();
  for (const Interaction& interaction : about.interactions) {
    list.push_back({{"key", interaction.other}, {"why", interaction.why}});
  }
  return list;
}

json::Value ways_json(const Explanation& about) {
  json::Value list = json::Value::array();
  for (const Way& way : about.ways) {
    list.push_back(
        {{"way", way.name}, {"works", way.works}, {"needs", way.needs}, {"text", way.text}});
  }
  return list;
}

json::Value setting_json(const sysctl::ProfileSetting& setting) {
  return {{"key", std::string(setting.key)},       {"value", std::string(setting.value)},
          {"reason", std::string(setting.reason)}, {"effect", std::string(setting.effect)},
          {"cost", std::string(setting.cost)},     {"source", std::string(setting.source)}};
}

json::Value recommendations_json(const Explanation& about) {
  json::Value list = json::Value::array();
  for (const Recommendation& advice : about.recommendations) {
    json::Value one = {{"profile", std::string(advice.profile->name)},
                       {"on", advice.on_node ? "node" : "pod"}};
    one.update(setting_json(*advice.setting));
    list.push_back(std::move(one));
  }
  return list;
}

json::Value settings_json(std::span<const sysctl::ProfileSetting> settings) {
  json::Value list = json::Value::array();
  for (const sysctl::ProfileSetting& setting : settings) {
    list.push_back(setting_json(setting));
  }
  return list;
}

std::string document(const json::Value& view) {
  return json::dump(view, json::Layout::indented) + "\n";
}

}  // namespace

std::string explain_json(const Explanation& about) {
  json::Value view = facts_json(about.facts);
  view["kernel"] = about.kernel_release;
  view["host"] = or_null(about.host_value);
  view["target"] = target_json(about.target);
  view["inheritance"] = about.inheritance;
  view["kubernetesRule"] = about.kubernetes;
  view["interactions"] = interactions_json(about);
  view["ways"] = ways_json(about);
  view["profiles"] = recommendations_json(about);
  return document(view);
}

std::string profile_json(const sysctl::Profile& profile) {
  json::Value application = json::Value::array();
  for (const std::string_view sentence : profile.application) {
    application.push_back(std::string(sentence));
  }
  return document({{"profile", std::string(profile.name)},
                   {"title", std::string(profile.title)},
                   {"for", std::string(profile.purpose)},
                   {"pod", settings_json(profile.pod)},
                   {"node", settings_json(profile.node)},
                   {"application", std::move(application)}});
}

std::string profile_list_json(std::span<const sysctl::Profile> profiles) {
  json::Value list = json::Value::array();
  for (const sysctl::Profile& profile : profiles) {
    list.push_back({{"profile", std::string(profile.name)}, {"title", std::string(profile.title)}});
  }
  return document(list);
}

}  // namespace podsysctl::cli
