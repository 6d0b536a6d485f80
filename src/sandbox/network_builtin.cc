// SPDX-License-Identifier: Apache-2.0
#include "sandbox/network_builtin.h"

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "json/json.h"
#include "linux/spawn.h"

namespace podsysctl::sandbox {
namespace {

// Understood by every release of the plugins since 0.8 (2019); what we use is the same since.
constexpr const char* kVersion = "0.4.0";
constexpr std::chrono::milliseconds kFilterLimit{10'000};

}  // namespace

Result<CniNetwork> builtin_network(const BuiltinNetwork& network) {
  const json::Value bridge{{"type", "bridge"},
                           {"bridge", kBuiltinBridge},
                           {"isGateway", true},
                           {"ipMasq", network.filter != PacketFilter::missing},
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
  if (network.filter == PacketFilter::restricted) {
    plugins.push_back({{"type", "firewall"}});
  }
  const json::Value root{{"cniVersion", kVersion}, {"name", "podsysctl"}, {"plugins", plugins}};
  return parse_cni_network(json::dump(root), "built-in", CniFileKind::list);
}

PacketFilter parse_forward_rules(std::string_view text) {
  for (const std::string_view line : split(text, '\n')) {
    if (!trim(line).empty() && trim(line) != "-P FORWARD ACCEPT") {
      return PacketFilter::restricted;
    }
  }
  return PacketFilter::open;
}

PacketFilter packet_filter() {
  const Result<std::string> program = linux::find_program("iptables");
  if (!program) {
    return PacketFilter::missing;
  }
  linux::Command command;
  command.program = *program;
  command.args = {"-w", "5", "-S", "FORWARD"};
  const Result<linux::Finished> finished = linux::run(std::move(command), "", kFilterLimit);
  if (!finished || finished->status != 0) {
    return PacketFilter::missing;
  }
  return parse_forward_rules(finished->out);
}

}  // namespace podsysctl::sandbox
