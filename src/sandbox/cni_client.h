// SPDX-License-Identifier: Apache-2.0
// Runs the plugins of a CNI network for one sandbox: ADD in order, DEL in reverse. Plugins are
// killed when our thread ends, so that none goes on adding after a kill -9 while a later command
// removes. Errors name the plugin and the network. Thread-safety: values.
// Source: CNI specification, sections 2 to 4, 0.3.0 to 1.1.0.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "sandbox/cni_config.h"

namespace podsysctl::sandbox {

struct CniTarget {
  std::string container_id;
  std::string netns_path;  // "" for DEL when it is gone
  std::string interface = "eth0";
  std::vector<std::pair<std::string, std::string>> args;  // CNI_ARGS, in this order
  // Capability -> its runtimeConfig value as JSON text; given to the plugins that declare it.
  std::map<std::string, std::string> capabilities;
};

// invalid_argument if a value cannot be part of CNI_ARGS ("K=V;K=V"), which has no way to quote.
[[nodiscard]] Result<> check_cni_args(const CniTarget& target);

class CniClient {
 public:
  explicit CniClient(std::vector<std::string> plugin_dirs) : plugin_dirs_(std::move(plugin_dirs)) {}

  // not_found, with the package to install, unless every program that the network names is there.
  [[nodiscard]] Result<> require_plugins(const CniNetwork& network) const;

  // The last plugin's result, as JSON text. On failure DEL has been run for every plugin.
  [[nodiscard]] Result<std::string> add(const CniNetwork& network, const CniTarget& target) const;

  // `result` is add()'s, or "" if it is not known. Every plugin is run, also after one has failed;
  // the first error is returned.
  [[nodiscard]] Result<> del(const CniNetwork& network, const CniTarget& target,
                             const std::string& result) const;

 private:
  [[nodiscard]] Result<std::string> find(const std::string& plugin) const;
  [[nodiscard]] Result<std::string> run(std::string_view command, const CniNetwork& network,
                                        const CniPlugin& plugin, const CniTarget& target,
                                        const std::string& previous) const;

  std::vector<std::string> plugin_dirs_;
};

}  // namespace podsysctl::sandbox
