// SPDX-License-Identifier: Apache-2.0
#include "pod/port_reader.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/strings.h"
#include "pod/names.h"

namespace podsysctl::pod {
namespace {

constexpr std::int64_t kLargestPort = 65535;
constexpr std::array<std::pair<std::string_view, Protocol>, 3> kProtocols{
    {{"TCP", Protocol::tcp}, {"UDP", Protocol::udp}, {"SCTP", Protocol::sctp}}};

Protocol read_protocol(const ObjectReader& port) {
  const std::string text = port.text("protocol").value_or("TCP");
  const auto found =
      std::ranges::find(kProtocols, text, &std::pair<std::string_view, Protocol>::first);
  if (found == kProtocols.end()) {
    port.error_in("protocol", in_quotes(text) + " must be TCP, UDP or SCTP");
    return Protocol::tcp;
  }
  return found->second;
}

std::string_view name_of(Protocol protocol) {
  return std::ranges::find(kProtocols, protocol, &std::pair<std::string_view, Protocol>::second)
      ->first;
}

std::optional<std::string> check_host_ip(std::string_view address) {
  return address.empty() ? std::nullopt : check_ip(address);
}

}  // namespace

std::vector<Port> read_ports(const ObjectReader& container, Share network) {
  std::vector<Port> ports;
  for (const yaml::Value& item : container.list("ports")) {
    const ObjectReader reader(item, "ports[]", container.problems());
    const auto port = reader.integer("containerPort", 1, kLargestPort);
    if (!reader.field("containerPort")) {
      reader.error_in("containerPort", "required");
    }
    auto host_port = reader.integer("hostPort", 0, kLargestPort);
    if (network == Share::host && port && host_port.value_or(0) != 0 && *host_port != *port) {
      reader.error_in("hostPort", "must be the containerPort where hostNetwork is true");
    }
    std::string host_ip = reader.text("hostIP", check_host_ip).value_or("");
    (void)reader.text("name", check_dns_label);
    const Protocol protocol = read_protocol(reader);
    if (port) {
      ports.push_back({static_cast<std::uint16_t>(*port),
                       static_cast<std::uint16_t>(host_port.value_or(0)), std::move(host_ip),
                       protocol});
    }
  }
  return ports;
}

void check_host_ports(const PodSpec& pod, const ObjectReader& spec) {
  std::set<std::tuple<std::uint16_t, std::string, Protocol>> taken;
  for (const Container& container : pod.containers) {
    for (const Port& port : container.ports) {
      if (port.host_port != 0 &&
          !taken.emplace(port.host_port, port.host_ip, port.protocol).second) {
        spec.error_in("containers",
                      fmt::format("host port {}/{} is asked for twice, the second time by "
                                  "container {} (line {})",
                                  port.host_port, name_of(port.protocol), in_quotes(container.name),
                                  container.line));
      }
    }
  }
}

}  // namespace podsysctl::pod
