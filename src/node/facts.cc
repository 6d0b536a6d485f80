// SPDX-License-Identifier: Apache-2.0
#include "node/facts.h"

#include "linux/host_address.h"

namespace podsysctl::node {

pod::RuntimeFacts facts_of(const Node& node, const store::PodRecord& pod, const std::string& pod_ip,
                           pod::Share network) {
  const linux::HostAddresses host = linux::host_addresses();
  pod::RuntimeFacts facts{.pod_uid = pod.uid,
                          .pod_ip = pod_ip,
                          .host_ip = host.ipv4.empty() ? host.ipv6 : host.ipv4,
                          .host_ips = host.ipv4,
                          .node_name = node.host};
  if (!host.ipv6.empty()) {
    facts.host_ips += (host.ipv4.empty() ? "" : ",") + host.ipv6;
  }
  if (network == pod::Share::host) {
    facts.pod_ip = facts.host_ip;
  }
  return facts;
}

}  // namespace podsysctl::node
