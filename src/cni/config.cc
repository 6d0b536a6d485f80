// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "cni/request.h"
#include "json/cursor.h"
#include "rules/conf_text.h"
#include "rules/file_reader.h"

namespace podsysctl::cni {
namespace {

using json::Cursor;

constexpr json::Limits kLimits{.bytes = std::size_t{4} << 20U, .depth = 32, .values = 100'000};
constexpr std::string_view kName = "network configuration";
constexpr std::string_view kAnnotations = "io.kubernetes.cri.pod-annotations";
constexpr std::string_view kValid = "cni.dev/valid-attachments";
constexpr std::string_view kDataFolder = "/run/cni/podsysctl";

Result<> add_sysctls(const Cursor& holder, Config& config) {
  PSYS_TRY_ASSIGN(const auto given, holder.string_map_at("sysctl"));
  if (given.size() > rules::kMostSettings) {
    return Error::of(Code::invalid_argument, "{}: sysctl: at most {} are taken", holder.where(),
                     rules::kMostSettings);
  }
  for (const auto& [name, value] : given) {
    std::erase_if(config.sysctls, [&name](const auto& other) { return other.first == name; });
    config.sysctls.emplace_back(name, value);
  }
  return {};
}

Result<> read_annotations(const Cursor& root, Config& config) {
  PSYS_TRY_ASSIGN(const auto runtime, root.find("runtimeConfig"));
  if (!runtime) {
    return {};
  }
  PSYS_TRY_ASSIGN(const auto pairs, runtime->string_map_at(kAnnotations));
  config.annotations.insert(pairs.begin(), pairs.end());
  return {};
}

Result<> read_sysctls(const Cursor& root, Config& config) {
  PSYS_TRY(add_sysctls(root, config));
  PSYS_TRY_ASSIGN(const auto arguments, root.find("args"));
  const auto ours = arguments ? arguments->find("cni") : Result<std::optional<Cursor>>();
  PSYS_TRY(ours);
  return *ours ? add_sysctls(**ours, config) : Result<>();
}

Result<> read_valid(const Cursor& root, Config& config) {
  PSYS_TRY_ASSIGN(const auto list, root.find(kValid));
  if (!list) {
    return {};
  }
  PSYS_TRY_ASSIGN(const auto items, list->elements());
  for (const Cursor& item : items) {
    PSYS_TRY_ASSIGN(std::string id, item.string_at("containerID"));
    PSYS_TRY_ASSIGN(std::string ifname, item.string_at("ifname"));
    config.valid.push_back({std::move(id), std::move(ifname)});
  }
  return {};
}

Result<Config> read_fields(const Cursor& root, const Environment& environment) {
  Config config;
  PSYS_TRY_ASSIGN(config.version, root.string_or("cniVersion", "0.1.0"));
  PSYS_TRY_ASSIGN(config.network, root.string_or("name", ""));
  PSYS_TRY_ASSIGN(config.data_folder, root.string_or("dataDir", kDataFolder));
  PSYS_TRY_ASSIGN(config.policy_folder, root.string_or("policyDir", rules::kDefaultFolder));
  if (environment.command == Command::del) {
    return config;  // goes by the record: what ADD refused must not hold it up
  }
  PSYS_TRY(read_sysctls(root, config));
  PSYS_TRY(read_annotations(root, config));
  PSYS_TRY_ASSIGN(config.link, read_link_wishes(root, environment.mac));
  PSYS_TRY(read_valid(root, config));
  return config;
}

Outcome<> check_version(const Config& config, Command command) {
  const auto& versions = supported_versions();
  if (std::ranges::find(versions, config.version) == versions.end()) {
    return fault(FaultCode::version, "incompatible CNI versions",
                 fmt::format("config is {}, plugin supports [{}]", in_quotes(config.version),
                             join(versions, " ")));
  }
  const bool is_new = command == Command::gc || command == Command::status;
  const std::string_view oldest = is_new ? "1.1.0" : command == Command::check ? "0.4.0" : "0.3.0";
  if (!at_least(config.version, oldest)) {
    return fault(FaultCode::version,
                 fmt::format("config version does not allow this command: it is {}, and the "
                             "command came with {}",
                             config.version, oldest));
  }
  return {};
}

}  // namespace

Outcome<Config> read_config(std::string_view text, const Environment& environment) {
  const auto tree = json::parse(text, kName, kLimits);
  if (!tree) {
    return fault(FaultCode::decode, tree.error());
  }
  if (!tree->is_object()) {
    return fault(FaultCode::decode, fmt::format("{}: must be an object", kName));
  }
  auto config = read_fields(Cursor(*tree, kName), environment);
  if (!config) {
    return fault(FaultCode::config, std::move(config).error());
  }
  if (const auto checked = check_version(*config, environment.command); !checked) {
    return std::unexpected(checked.error());
  }
  if (environment.command == Command::del) {
    return *std::move(config);
  }
  if (config->network.empty()) {
    return fault(FaultCode::config, fmt::format("{}: name: missing", kName));
  }
  const auto previous = tree->find("prevResult");
  if (previous != tree->end() && !previous->is_null()) {
    if (!previous->is_object()) {
      return fault(FaultCode::config, fmt::format("{}: prevResult: must be an object", kName));
    }
    config->previous = std::make_shared<const json::Value>(*previous);
  }
  return *std::move(config);
}

}  // namespace podsysctl::cni
