// SPDX-License-Identifier: Apache-2.0
#include "service/config.h"

#include <array>
#include <utility>

#include <fmt/core.h>

#include "policy/kubernetes_version.h"
#include "sandbox/network.h"
#include "yaml/reader.h"
#include "yaml/value.h"

namespace podsysctl::service {
namespace {

using yaml::Value;

constexpr std::int64_t kLongestInterval = 86'400;

struct TextField {
  std::string_view name;
  std::optional<std::string> Config::* member;
};

constexpr std::array kTexts{TextField{"podManifestPath", &Config::manifest_folder},
                            TextField{"engine", &Config::engine},
                            TextField{"runtime", &Config::runtime},
                            TextField{"network", &Config::network},
                            TextField{"socket", &Config::socket},
                            TextField{"authfile", &Config::authfile},
                            TextField{"kubernetesVersion", &Config::kubernetes_version},
                            TextField{"kubeletConfig", &Config::kubelet_config}};

constexpr std::size_t kFixedTexts = 6;  // the first of these are looked at once

Result<> read_text(const Value& value, const TextField& field, Config& config) {
  PSYS_TRY_ASSIGN(std::string text, value.as_string());
  if (text.empty()) {
    return std::unexpected(value.error("must not be empty; leave it out instead"));
  }
  if (field.member == &Config::kubernetes_version) {
    if (const auto version = policy::KubernetesVersion::parse(text); !version) {
      return std::unexpected(value.error(version.error().message));
    }
  }
  if (field.member == &Config::network) {
    if (const auto mode = sandbox::parse_network_mode(text); !mode) {
      return std::unexpected(value.error(mode.error().message));
    }
  }
  config.*field.member = std::move(text);
  return {};
}

Result<> read_patterns(const Value& value, Config& config) {
  PSYS_TRY_ASSIGN(const std::vector<Value> items, value.as_list());
  for (const Value& item : items) {
    PSYS_TRY_ASSIGN(std::string text, item.as_string());
    config.allowed_unsafe.push_back(std::move(text));
  }
  return {};
}

Result<> read_labels(const Value& value, Config& config) {
  PSYS_TRY(value.expect_mapping());
  for (const yaml::Entry& entry : value.node().entries) {
    PSYS_TRY_ASSIGN(const std::string text, value.field(entry).as_string());
    config.node_labels.push_back(fmt::format("{}={}", entry.name, text));
  }
  return {};
}

Result<> read_interval(const Value& value, Config& config) {
  PSYS_TRY_ASSIGN(const std::int64_t seconds, value.as_int());
  if (seconds < 0 || seconds > kLongestInterval) {
    return std::unexpected(value.error("must be from 0 (never) to 86400"));
  }
  config.drift_interval = std::chrono::seconds(seconds);
  return {};
}

Result<> read_field(std::string_view name, const Value& value, Config& config) {
  for (const TextField& field : kTexts) {
    if (field.name == name) {
      return read_text(value, field, config);
    }
  }
  if (name == "allowedUnsafeSysctls") {
    return read_patterns(value, config);
  }
  if (name == "nodeLabels") {
    return read_labels(value, config);
  }
  if (name == "driftIntervalSeconds") {
    return read_interval(value, config);
  }
  if (name == "repairDrift") {
    PSYS_TRY_ASSIGN(const bool repair, value.as_bool());
    config.on_drift = repair ? live::OnDrift::repair : live::OnDrift::report;
    return {};
  }
  return std::unexpected(value.error(
      "unknown field; taken are podManifestPath, engine, runtime, network, socket, authfile, "
      "kubernetesVersion, allowedUnsafeSysctls, kubeletConfig, nodeLabels, driftIntervalSeconds "
      "and repairDrift"));
}

template <class T>
std::vector<T> both(std::vector<T> first, const std::vector<T>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

}  // namespace

Result<Config> read_config(std::string_view text, std::string_view source) {
  yaml::DocumentReader reader(text, source);
  PSYS_TRY_ASSIGN(const auto document, reader.next());
  Config config;
  if (!document) {
    return config;
  }
  const Value root(*document);
  PSYS_TRY(root.expect_mapping());
  for (const yaml::Entry& entry : root.node().entries) {
    PSYS_TRY(read_field(entry.name, root.field(entry), config));
  }
  PSYS_TRY_ASSIGN(const auto more, reader.next());
  if (more) {
    return std::unexpected(Value(*more).error("a configuration is one document"));
  }
  return config;
}

Config merged(const Config& flags, const Config& file) {
  Config config = flags;
  for (const TextField& field : kTexts) {
    if (!(config.*field.member)) {
      config.*field.member = file.*field.member;
    }
  }
  config.allowed_unsafe = both(file.allowed_unsafe, flags.allowed_unsafe);
  config.node_labels = both(file.node_labels, flags.node_labels);
  config.drift_interval = flags.drift_interval ? flags.drift_interval : file.drift_interval;
  config.on_drift = flags.on_drift ? flags.on_drift : file.on_drift;
  return config;
}

std::vector<std::string_view> needs_restart(const Config& before, const Config& after) {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < kFixedTexts; ++i) {
    if (before.*kTexts.at(i).member != after.*kTexts.at(i).member) {
      names.push_back(kTexts.at(i).name);
    }
  }
  return names;
}

}  // namespace podsysctl::service
