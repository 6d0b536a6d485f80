// SPDX-License-Identifier: Apache-2.0
#include "sandbox/network.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "json/json.h"
#include "linux/file.h"
#include "linux/namespaces.h"
#include "sandbox/cni_client.h"
#include "sandbox/cni_config.h"
#include "sandbox/cni_record.h"
#include "sandbox/cni_result.h"
#include "sandbox/network_builtin.h"
#include "sandbox/network_range.h"
#include "sandbox/network_recovery.h"

namespace podsysctl::sandbox {
namespace {

constexpr const char* kPortMappings = "portMappings";
constexpr const char* kAnnotations = "io.kubernetes.cri.pod-annotations";

constexpr std::array<std::pair<NetworkMode, std::string_view>, 3> kModes{
    {{NetworkMode::none, "none"}, {NetworkMode::host, "host"}, {NetworkMode::bridge, "bridge"}}};

constexpr std::string_view protocol_name(pod::Protocol protocol) {
  switch (protocol) {
    case pod::Protocol::tcp:
      return "tcp";
    case pod::Protocol::udp:
      return "udp";
    case pod::Protocol::sctp:
      return "sctp";
  }
  return "tcp";
}

std::vector<pod::Port> published(const NetworkRequest& request) {
  std::vector<pod::Port> ports = request.ports;
  std::erase_if(ports, [](const pod::Port& port) { return port.host_port == 0; });
  return ports;
}

std::string port_mappings(const std::vector<pod::Port>& ports) {
  json::Value list = json::Value::array();
  for (const pod::Port& port : ports) {
    json::Value mapping{{"hostPort", port.host_port},
                        {"containerPort", port.container_port},
                        {"protocol", protocol_name(port.protocol)}};
    if (!port.host_ip.empty()) {
      mapping["hostIP"] = port.host_ip;
    }
    list.push_back(std::move(mapping));
  }
  return json::dump(list);
}

void add_builtin_notices(PacketFilter filter, std::vector<std::string>& notices) {
  if (filter == PacketFilter::missing) {
    notices.emplace_back(
        "iptables is not installed or not usable: the pod reaches this host and other pods, but "
        "nothing outside");
  }
  const Result<std::string> forwarding = linux::read_file("/proc/sys/net/ipv4/ip_forward");
  if (forwarding && trim(*forwarding) == "0") {
    notices.emplace_back(
        "the CNI plugin bridge turns the host's net.ipv4.ip_forward on (it is off), since packets "
        "of pods are forwarded; use --network none to leave it off");
  }
}

Result<CniNetwork> built_in(const NetworkPaths& paths, HostPorts ports,
                            std::vector<std::string>& notices) {
  BuiltinNetwork network;
  PSYS_TRY_ASSIGN(const std::vector<AddressRange> in_use, ranges_in_use());
  PSYS_TRY_ASSIGN(network.range, choose_range(in_use, kBuiltinBridge));
  network.data_dir = paths.data_dir;
  network.filter = packet_filter();
  network.ports = ports;
  if (network.filter == PacketFilter::missing && ports == HostPorts::some) {
    return Error::of(Code::unavailable,
                     "a host port needs iptables, which is not installed or not usable: install "
                     "the package iptables, or leave hostPort (-p) out");
  }
  add_builtin_notices(network.filter, notices);
  return builtin_network(network);
}

Result<CniTarget> target_of(const NetworkRequest& request, const CniNetwork& network,
                            const std::vector<pod::Port>& ports) {
  CniTarget target;
  target.container_id = request.container_id;
  target.netns_path = request.netns_path;
  target.args = {{"IgnoreUnknown", "1"},
                 {"K8S_POD_NAMESPACE", request.pod_namespace},
                 {"K8S_POD_NAME", request.pod_name},
                 {"K8S_POD_INFRA_CONTAINER_ID", request.container_id},
                 {"K8S_POD_UID", request.pod_uid}};
  PSYS_TRY(check_cni_args(target));
  if (!ports.empty()) {
    if (!network.has_capability(kPortMappings)) {
      return Error::of(Code::unsupported,
                       "host port {} cannot be published: no plugin of the network {} ({}) has the "
                       "capability portMappings; add the plugin portmap there, or leave hostPort "
                       "(-p) out",
                       ports.front().host_port, network.name, network.source);
    }
    target.capabilities.emplace(kPortMappings, port_mappings(ports));
  }
  if (network.has_capability(kAnnotations)) {
    target.capabilities.emplace(kAnnotations, json::dump(json::Value(request.annotations)));
  }
  return target;
}

// Without the net namespace plugins leave the packet filter rules that they find by the interface
// inside it; so they are shown one that looks the same.
Result<> delete_with_stand_in(const CniClient& client, CniRecord known) {
  PSYS_TRY_ASSIGN(const CniResult result,
                  parse_cni_result(known.result, known.network.plugins.back().type));
  if (result.addresses.empty()) {
    return {};
  }
  PSYS_TRY_ASSIGN(const StandIn stand_in,
                  StandIn::create(known.target.interface, result.addresses));
  known.target.netns_path = stand_in.path();
  return client.del(known.network, known.target, known.result);
}

}  // namespace

std::string_view to_string(NetworkMode mode) noexcept {
  for (const auto& [known, name] : kModes) {
    if (known == mode) {
      return name;
    }
  }
  return "";
}

Result<NetworkMode> parse_network_mode(std::string_view text) {
  for (const auto& [mode, name] : kModes) {
    if (name == text) {
      return mode;
    }
  }
  return Error::of(Code::invalid_argument, "{} is not a network: use none, host or bridge",
                   podsysctl::quoted(text));
}

Result<PreparedNetwork> prepare_network(const NetworkPaths& paths, const NetworkRequest& request) {
  if (!is_cni_name(request.container_id)) {
    return Error::of(Code::invalid_argument, "{} cannot be the id of a sandbox",
                     podsysctl::quoted(request.container_id));
  }
  PreparedNetwork prepared;
  const std::vector<pod::Port> ports = published(request);
  PSYS_TRY_ASSIGN(std::optional<CniNetwork> described, find_cni_network(paths.config_dir));
  if (!described) {
    PSYS_TRY_ASSIGN(described, built_in(paths, ports.empty() ? HostPorts::none : HostPorts::some,
                                        prepared.notices));
  }
  PSYS_TRY(CniClient(paths.plugin_dirs).require_plugins(*described));
  PSYS_TRY_ASSIGN(CniTarget target, target_of(request, *described, ports));
  prepared.record =
      to_text({*std::move(described), std::move(target), paths.plugin_dirs, std::string()});
  return prepared;
}

Result<NetworkAttachment> attach_network(const std::string& record) {
  PSYS_TRY_ASSIGN(CniRecord known, parse_cni_record(record));
  PSYS_TRY_ASSIGN(const linux::Namespace sandbox,
                  linux::Namespace::from_path(known.target.netns_path, linux::NamespaceKind::net));
  PSYS_TRY_ASSIGN(const linux::HostNamespaces host, linux::HostNamespaces::read());
  if (host.contains(sandbox)) {
    return Error::of(Code::denied_by_policy,
                     "{} is the host's net namespace: no pod network is made there",
                     known.target.netns_path);
  }
  PSYS_TRY_ASSIGN(known.result, CniClient(known.plugin_dirs).add(known.network, known.target));
  PSYS_TRY_ASSIGN(CniResult result,
                  parse_cni_result(known.result, known.network.plugins.back().type));
  NetworkAttachment attachment;
  attachment.interface = result.interface.empty() ? known.target.interface : result.interface;
  attachment.addresses = std::move(result.addresses);
  attachment.gateway = std::move(result.gateway);
  attachment.dns = std::move(result.dns);
  attachment.record = to_text(known);
  return attachment;
}

Result<> detach_network(const std::string& record) {
  PSYS_TRY_ASSIGN(CniRecord known, parse_cni_record(record));
  const CniClient client(known.plugin_dirs);
  const auto netns =
      linux::Namespace::from_path(known.target.netns_path, linux::NamespaceKind::net);
  if (netns) {
    if (known.result.empty()) {
      PSYS_TRY_ASSIGN(known.result, observed_result(*netns, known.network, known.target));
    }
    return client.del(known.network, known.target, known.result);
  }
  known.target.netns_path.clear();  // the specification's way to say that it is gone
  Result<> released = client.del(known.network, known.target, known.result);
  if (known.result.empty()) {
    return released;
  }
  Result<> rules = delete_with_stand_in(client, known);
  return released ? rules : released;
}

}  // namespace podsysctl::sandbox
