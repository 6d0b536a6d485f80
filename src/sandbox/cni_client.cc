// SPDX-License-Identifier: Apache-2.0
#include "sandbox/cni_client.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "json/json.h"
#include "linux/spawn.h"
#include "sandbox/cni_result.h"

namespace podsysctl::sandbox {
namespace {

// Plugins wait for each other's locks (addresses, packet filter), so a busy host needs patience.
constexpr std::chrono::milliseconds kLimit{60'000};

// The execution configuration (specification, section 4) of one plugin.
Result<std::string> execution_config(const CniNetwork& network, const CniPlugin& plugin,
                                     const CniTarget& target, const std::string& previous) {
  const std::string name = fmt::format("configuration of the CNI plugin {}", plugin.type);
  PSYS_TRY_ASSIGN(json::Value config, json::parse(plugin.config, name));
  config["cniVersion"] = network.version;
  config["name"] = network.name;
  config.erase("capabilities");
  config.erase("runtimeConfig");
  for (const auto& [capability, text] : target.capabilities) {
    if (plugin.capabilities.contains(capability)) {
      PSYS_TRY_ASSIGN(json::Value value, json::parse(text, capability));
      config["runtimeConfig"][capability] = std::move(value);
    }
  }
  config.erase("prevResult");
  if (!previous.empty()) {
    PSYS_TRY_ASSIGN(json::Value result, json::parse(previous, "previous result"));
    config["prevResult"] = std::move(result);
  }
  return json::dump(config);
}

std::string joined_args(const CniTarget& target) {
  std::string text;
  for (const auto& [key, value] : target.args) {
    text += fmt::format("{}{}={}", text.empty() ? "" : ";", key, value);
  }
  return text;
}

// Plugins start iptables by name; a user's $PATH may lack the system folders.
std::string search_path() {
  const char* const ours = std::getenv("PATH");
  return fmt::format("PATH={}{}/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin",
                     ours == nullptr ? "" : ours, ours == nullptr ? "" : ":");
}

}  // namespace

Result<> check_cni_args(const CniTarget& target) {
  for (const auto& [key, value] : target.args) {
    if (value.find_first_of(";=") != std::string::npos || std::ranges::any_of(value, is_control)) {
      return Error::of(Code::invalid_argument,
                       "{} {} cannot be given to CNI plugins: it holds ';', '=' or a control "
                       "character",
                       key, in_quotes(value));
    }
  }
  return {};
}

Result<std::string> CniClient::find(const std::string& plugin) const {
  for (const std::string& folder : plugin_dirs_) {
    std::string candidate = fmt::format("{}/{}", folder, plugin);
    if (::access(candidate.c_str(), X_OK) == 0) {
      return candidate;
    }
  }
  return Error::of(Code::not_found,
                   "the CNI plugin {} is not installed (looked in {}): install the package "
                   "containernetworking-plugins, or use --network none",
                   plugin, join(plugin_dirs_, ", "));
}

Result<> CniClient::require_plugins(const CniNetwork& network) const {
  for (const CniPlugin& plugin : network.plugins) {
    PSYS_TRY(find(plugin.type));
    if (!plugin.ipam_type.empty()) {
      PSYS_TRY(find(plugin.ipam_type));
    }
  }
  return {};
}

Result<std::string> CniClient::run(std::string_view command, const CniNetwork& network,
                                   const CniPlugin& plugin, const CniTarget& target,
                                   const std::string& previous) const {
  PSYS_TRY_ASSIGN(std::string program, find(plugin.type));
  PSYS_TRY_ASSIGN(const std::string config, execution_config(network, plugin, target, previous));
  linux::Command process;
  process.program = std::move(program);
  process.death_signal = SIGKILL;
  process.env = {search_path(),
                 fmt::format("CNI_COMMAND={}", command),
                 "CNI_CONTAINERID=" + target.container_id,
                 "CNI_NETNS=" + target.netns_path,
                 "CNI_IFNAME=" + target.interface,
                 "CNI_ARGS=" + joined_args(target),
                 "CNI_PATH=" + join(plugin_dirs_, ":")};
  const std::string name =
      fmt::format("CNI plugin {} ({}, network {})", plugin.type, command, network.name);
  PSYS_TRY_ASSIGN(linux::Finished finished,
                  with_context(linux::run(std::move(process), config, kLimit), name));
  if (finished.status != 0) {
    return Error::of(Code::unavailable, "{}: {}", name,
                     describe_cni_failure(finished.out, finished.err, finished.status));
  }
  return std::move(finished.out);
}

Result<std::string> CniClient::add(const CniNetwork& network, const CniTarget& target) const {
  PSYS_TRY(require_plugins(network));
  std::string result;
  for (const CniPlugin& plugin : network.plugins) {
    Result<std::string> added = run("ADD", network, plugin, target, result);
    if (added) {
      if (const Result<CniResult> valid = parse_cni_result(*added, plugin.type); !valid) {
        added = std::unexpected(valid.error());
      }
    }
    if (!added) {
      Error failure = std::move(added).error();
      if (const Result<> undone = del(network, target, result); !undone) {
        failure.message += fmt::format("; removing it again: {}", undone.error().message);
      }
      return std::unexpected(std::move(failure));
    }
    result = *std::move(added);
  }
  return result;
}

Result<> CniClient::del(const CniNetwork& network, const CniTarget& target,
                        const std::string& result) const {
  Result<> outcome;
  for (auto plugin = network.plugins.rbegin(); plugin != network.plugins.rend(); ++plugin) {
    const Result<std::string> removed = run("DEL", network, *plugin, target, result);
    if (!removed && outcome) {
      outcome = std::unexpected(removed.error());
    }
  }
  return outcome;
}

}  // namespace podsysctl::sandbox
