// SPDX-License-Identifier: Apache-2.0
#include "sandbox/network_builtin.h"

#include <nlohmann/json.hpp>

#include "json/json.h"

namespace podsysctl::sandbox {
namespace {

// Understood by every release of the plugins since 0.8 (2019); what we use is the same since.
constexpr const char* kVersion = "0.4.0";
constexpr const char* kSource = "built-in";  // what a file is for other networks

}  // namespace

Result<CniNetwork> builtin_network(const BuiltinNetwork& network) {
  const json::Value bridge{{"type", "bridge"},
                           {"bridge", kBuiltinBridge},
                           {"isGateway", true},
                           {"ipMasq", false},  // network_filter.h
                           {"hairpinMode", true},
                           {"ipam",
                            {{"type", "host-local"},
                             {"dataDir", network.data_dir},
                             {"ranges", {{{{"subnet", to_string(network.range)}}}}},
                             {"routes", {{{"dst", "0.0.0.0/0"}}}}}}};
  json::Value plugins = json::Value::array({bridge});
  // A plugin costs a process start or several: those with nothing to do are left out.
  if (network.ports == HostPorts::some) {
    plugins.push_back(
        {{"type", "portmap"}, {"snat", true}, {"capabilities", {{"portMappings", true}}}});
  }
  const json::Value root{{"cniVersion", kVersion}, {"name", "podsysctl"}, {"plugins", plugins}};
  return parse_cni_network(json::dump(root), kSource, CniFileKind::list);
}

bool goes_with_namespace(const CniNetwork& network) noexcept {
  return network.source == kSource && network.plugins.size() == 1;
}

}  // namespace podsysctl::sandbox
