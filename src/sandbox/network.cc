// SPDX-License-Identifier: Apache-2.0
#include "sandbox/network.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "json/cursor.h"
#include "json/json.h"
#include "linux/file.h"
#include "linux/namespaces.h"
#include "sandbox/cni_client.h"
#include "sandbox/cni_config.h"
#include "sandbox/cni_record.h"
#include "sandbox/cni_result.h"
#include "sandbox/network_builtin.h"
#include "sandbox/network_filter.h"
#include "sandbox/network_ports.h"
#include "sandbox/network_range.h"
#include "sandbox/network_removal.h"

namespace podsysctl::sandbox {
namespace {

constexpr const char* kPortMappings = "portMappings";
constexpr const char* kPodNamespace = "K8S_POD_NAMESPACE";
constexpr const char* kPodName = "K8S_POD_NAME";
constexpr const char* kAnnotations = "io.kubernetes.cri.pod-annotations";

constexpr std::array<std::pair<NetworkMode, std::string_view>, 3> kModes{
    {{NetworkMode::none, "none"}, {NetworkMode::host, "host"}, {NetworkMode::bridge, "bridge"}}};

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
                        {"protocol", to_string(port.protocol)}};
    if (!port.host_ip.empty()) {
      mapping["hostIP"] = port.host_ip;
    }
    list.push_back(std::move(mapping));
  }
  return json::dump(list);
}

Result<std::vector<pod::Port>> parse_port_mappings(const std::string& text) {
  PSYS_TRY_ASSIGN(const json::Value document, json::parse(text, kPortMappings));
  PSYS_TRY_ASSIGN(const std::vector<json::Cursor> mappings,
                  json::Cursor(document, kPortMappings).elements());
  std::vector<pod::Port> ports;
  for (const json::Cursor& mapping : mappings) {
    pod::Port port;
    PSYS_TRY_ASSIGN(const std::uint64_t number, mapping.uint_at("hostPort"));
    port.host_port = static_cast<std::uint16_t>(number);
    PSYS_TRY_ASSIGN(const std::string protocol, mapping.string_at("protocol"));
    for (const auto known : {pod::Protocol::udp, pod::Protocol::sctp}) {
      if (protocol == to_string(known)) {
        port.protocol = known;
      }
    }
    PSYS_TRY_ASSIGN(port.host_ip, mapping.string_or("hostIP", ""));
    ports.push_back(std::move(port));
  }
  return ports;
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
  network.ports = ports;
  PSYS_TRY_ASSIGN(const PacketFilter filter,
                  let_through(network.range, network.data_dir + ".lock"));
  if (filter == PacketFilter::missing && ports == HostPorts::some) {
    return Error::of(Code::unavailable,
                     "a host port needs iptables, which is not installed or not usable: install "
                     "the package iptables, or leave hostPort (-p) out");
  }
  add_builtin_notices(filter, notices);
  return builtin_network(network);
}

Result<CniTarget> target_of(const NetworkRequest& request, const CniNetwork& network,
                            const std::vector<pod::Port>& ports) {
  CniTarget target;
  target.container_id = request.container_id;
  target.netns_path = request.netns_path;
  target.args = {{"IgnoreUnknown", "1"},
                 {kPodNamespace, request.pod_namespace},
                 {kPodName, request.pod_name},
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

Result<> claim_ports(const CniRecord& record) {
  const auto mappings = record.target.capabilities.find(kPortMappings);
  if (mappings == record.target.capabilities.end()) {
    return {};
  }
  PSYS_TRY_ASSIGN(const std::vector<pod::Port> ports, parse_port_mappings(mappings->second));
  PortOwner owner{.container_id = record.target.container_id};
  for (const auto& [key, value] : record.target.args) {
    if (key == kPodNamespace || key == kPodName) {
      owner.pod += (owner.pod.empty() ? "" : "/") + value;
    }
  }
  return claim_host_ports(record.ports_dir, owner, ports);
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
  return Error::of(Code::invalid_argument,
                   "{} is not a network: use none, host, bridge or container:NAME",
                   in_quotes(text));
}

Result<PreparedNetwork> prepare_network(const NetworkPaths& paths, const NetworkRequest& request) {
  if (!is_cni_name(request.container_id)) {
    return Error::of(Code::invalid_argument, "{} cannot be the id of a sandbox",
                     in_quotes(request.container_id));
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
  prepared.record = to_text({.network = *std::move(described),
                             .target = std::move(target),
                             .plugin_dirs = paths.plugin_dirs,
                             .ports_dir = paths.data_dir + "/ports"});
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
  PSYS_TRY(claim_ports(known));
  Result<std::string> added = CniClient(known.plugin_dirs).add(known.network, known.target);
  if (!added) {
    const Result<> released = release_host_ports(known.ports_dir, known.target.container_id);
    if (!released) {
      return std::unexpected(std::move(added).error().within(released.error().message));
    }
    return std::unexpected(std::move(added).error());
  }
  known.result = *std::move(added);
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

Result<bool> goes_with_namespace(const std::string& record) {
  PSYS_TRY_ASSIGN(const CniRecord known, parse_cni_record(record));
  return goes_with_namespace(known.network);
}

Result<> detach_network(const std::string& record) {
  PSYS_TRY_ASSIGN(const CniRecord known, parse_cni_record(record));
  PSYS_TRY(remove_from_network(known));
  return release_host_ports(known.ports_dir, known.target.container_id);
}

}  // namespace podsysctl::sandbox
