// SPDX-License-Identifier: Apache-2.0
#include "sandbox/network_builtin.h"

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "json/json.h"
#include "linux/file_lock.h"
#include "linux/spawn.h"

namespace podsysctl::sandbox {
namespace {

// Understood by every release of the plugins since 0.8 (2019); what we use is the same since.
constexpr const char* kVersion = "0.4.0";
constexpr const char* kSource = "built-in";  // what a file is for other networks
constexpr std::chrono::milliseconds kFilterLimit{10'000};

Result<linux::Finished> iptables(std::vector<std::string> args) {
  linux::Command command;
  PSYS_TRY_ASSIGN(command.program, linux::find_program("iptables"));
  command.args = {"-w", "5"};
  command.args.insert(command.args.end(), args.begin(), args.end());
  return linux::run(std::move(command), "", kFilterLimit);
}

// `verb`: -C asks whether the rule is there, -A adds it.
Result<linux::Finished> masquerade_rule(const char* verb, const AddressRange& range) {
  return iptables({"-t", "nat", verb, "POSTROUTING", "-s", to_string(range), "!", "-o",
                   std::string(kBuiltinBridge), "-m", "comment", "--comment", "podsysctl", "-j",
                   "MASQUERADE"});
}

}  // namespace

Result<CniNetwork> builtin_network(const BuiltinNetwork& network) {
  const json::Value bridge{{"type", "bridge"},
                           {"bridge", kBuiltinBridge},
                           {"isGateway", true},
                           {"ipMasq", false},  // ensure_masquerade()
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
  return parse_cni_network(json::dump(root), kSource, CniFileKind::list);
}

bool goes_with_namespace(const CniNetwork& network) noexcept {
  return network.source == kSource && network.plugins.size() == 1;
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
  const Result<linux::Finished> finished = iptables({"-S", "FORWARD"});
  if (!finished || finished->status != 0) {
    return PacketFilter::missing;
  }
  return parse_forward_rules(finished->out);
}

Result<> ensure_masquerade(const AddressRange& range, const std::string& lock) {
  PSYS_TRY_ASSIGN(const linux::Finished present, masquerade_rule("-C", range));
  if (present.status == 0) {
    return {};
  }
  PSYS_TRY_ASSIGN(const linux::Fd held, linux::lock_file(lock));
  PSYS_TRY_ASSIGN(const linux::Finished meanwhile, masquerade_rule("-C", range));
  if (meanwhile.status == 0) {
    return {};
  }
  PSYS_TRY_ASSIGN(const linux::Finished added, masquerade_rule("-A", range));
  if (added.status != 0) {
    return Error::of(
        Code::unavailable,
        "the rule that lets pods of {} reach other hosts could not be added: iptables: "
        "{}; use --network none if the pod needs no network",
        to_string(range), trim(added.err));
  }
  return {};
}

}  // namespace podsysctl::sandbox
