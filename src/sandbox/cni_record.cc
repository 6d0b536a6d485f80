// SPDX-License-Identifier: Apache-2.0
#include "sandbox/cni_record.h"

#include <cstdint>
#include <optional>

#include <nlohmann/json.hpp>

#include "json/cursor.h"
#include "json/json.h"

namespace podsysctl::sandbox {
namespace {

constexpr std::int64_t kFormat = 1;

// Texts that are JSON already. They were written by json::dump(), so null stands for nothing here.
json::Value tree(const std::string& text) {
  return json::parse(text, "network record").value_or(json::Value());
}

json::Value network_object(const CniNetwork& network) {
  json::Value plugins = json::Value::array();
  for (const CniPlugin& plugin : network.plugins) {
    plugins.push_back(tree(plugin.config));
  }
  return {{"cniVersion", network.version}, {"name", network.name}, {"plugins", plugins}};
}

json::Value target_object(const CniTarget& target) {
  json::Value args = json::Value::array();
  for (const auto& [key, value] : target.args) {
    args.push_back({{"key", key}, {"value", value}});
  }
  json::Value capabilities = json::Value::object();
  for (const auto& [capability, value] : target.capabilities) {
    capabilities[capability] = tree(value);
  }
  return {{"containerId", target.container_id},
          {"netns", target.netns_path},
          {"interface", target.interface},
          {"args", args},
          {"capabilities", capabilities}};
}

Result<CniTarget> read_target(const json::Cursor& object) {
  CniTarget target;
  PSYS_TRY_ASSIGN(target.container_id, object.string_at("containerId"));
  PSYS_TRY_ASSIGN(target.netns_path, object.string_at("netns"));
  PSYS_TRY_ASSIGN(target.interface, object.string_at("interface"));
  PSYS_TRY_ASSIGN(const json::Cursor args, object.at("args"));
  PSYS_TRY_ASSIGN(const std::vector<json::Cursor> pairs, args.elements());
  for (const json::Cursor& pair : pairs) {
    PSYS_TRY_ASSIGN(std::string key, pair.string_at("key"));
    PSYS_TRY_ASSIGN(std::string value, pair.string_at("value"));
    target.args.emplace_back(std::move(key), std::move(value));
  }
  PSYS_TRY_ASSIGN(const json::Cursor capabilities, object.at("capabilities"));
  PSYS_TRY_ASSIGN(const auto members, capabilities.members());
  for (const auto& [capability, value] : members) {
    target.capabilities.emplace(capability, json::dump(value.value()));
  }
  return target;
}

}  // namespace

std::string to_text(const CniRecord& record) {
  json::Value root{{"format", kFormat},
                   {"source", record.network.source},
                   {"network", network_object(record.network)},
                   {"pluginDirs", record.plugin_dirs},
                   {"portsDir", record.ports_dir},
                   {"target", target_object(record.target)}};
  if (!record.result.empty()) {
    root["result"] = tree(record.result);
  }
  return json::dump(root);
}

Result<CniRecord> parse_cni_record(std::string_view text) {
  PSYS_TRY_ASSIGN(const json::Value document, json::parse(text, "network record"));
  const json::Cursor root(document, "network record");
  PSYS_TRY_ASSIGN(const std::int64_t format, root.int_at("format"));
  if (format != kFormat) {
    return Error::of(Code::unsupported,
                     "network record: format {} is not known, only {}: it was written by another "
                     "version of podsysctl",
                     format, kFormat);
  }
  CniRecord record;
  PSYS_TRY_ASSIGN(const std::string source, root.string_at("source"));
  PSYS_TRY_ASSIGN(const json::Cursor network, root.at("network"));
  PSYS_TRY_ASSIGN(record.network,
                  parse_cni_network(json::dump(network.value()), source, CniFileKind::list));
  PSYS_TRY_ASSIGN(const json::Cursor target, root.at("target"));
  PSYS_TRY_ASSIGN(record.target, read_target(target));
  PSYS_TRY_ASSIGN(record.plugin_dirs, root.strings_at("pluginDirs"));
  PSYS_TRY_ASSIGN(record.ports_dir, root.string_at("portsDir"));
  PSYS_TRY_ASSIGN(const std::optional<json::Cursor> result, root.find("result"));
  if (result) {
    record.result = json::dump(result->value());
  }
  return record;
}

}  // namespace podsysctl::sandbox
