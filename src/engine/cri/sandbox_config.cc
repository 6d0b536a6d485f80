// SPDX-License-Identifier: Apache-2.0
#include "engine/cri/sandbox_config.h"

#include <algorithm>

#include "base/strings.h"
#include "sandbox/etc_files.h"

namespace podsysctl::engine {
namespace {

cri::PortMapping::Protocol protocol_of(pod::Protocol protocol) {
  switch (protocol) {
    case pod::Protocol::udp:
      return cri::PortMapping::Protocol::udp;
    case pod::Protocol::sctp:
      return cri::PortMapping::Protocol::sctp;
    case pod::Protocol::tcp:
      break;
  }
  return cri::PortMapping::Protocol::tcp;
}

std::vector<cri::PortMapping> ports_of(const pod::PodSpec& pod) {
  std::vector<cri::PortMapping> ports;
  for (const pod::Container& container : pod.containers) {
    for (const pod::Port& port : container.ports) {
      if (port.host_port != 0) {
        ports.push_back(
            {protocol_of(port.protocol), port.container_port, port.host_port, port.host_ip});
      }
    }
  }
  return ports;
}

// The file that the embedded engine would write, in the interface's form.
Result<cri::DnsConfig> dns_of_host() {
  PSYS_TRY_ASSIGN(const std::string text,
                  sandbox::resolv_conf(sandbox::NetworkMode::bridge, sandbox::Dns{}));
  cri::DnsConfig dns;
  for (const std::string_view line : split(text, '\n')) {
    const std::vector<std::string_view> words = split_words(line);
    if (words.size() < 2) {
      continue;
    }
    std::vector<std::string>* const list = words[0] == "nameserver" ? &dns.servers
                                           : words[0] == "search"   ? &dns.searches
                                           : words[0] == "options"  ? &dns.options
                                                                    : nullptr;
    if (list != nullptr) {
      list->assign(words.begin() + 1, words.end());
    }
  }
  return dns;
}

bool is_privileged(const pod::PodSpec& pod) {
  const auto privileged = [](const pod::Container& container) {
    return container.security.privileged;
  };
  return std::ranges::any_of(pod.containers, privileged) ||
         std::ranges::any_of(pod.init_containers, privileged);
}

}  // namespace

std::string log_folder_of(const PodPlace& place) { return place.folder + "/logs"; }

cri::NamespaceOptions namespaces_of(const pod::PodSpec& pod) {
  using cri::NamespaceMode;
  const auto mode = [](pod::Share share) {
    return share == pod::Share::host ? NamespaceMode::node : NamespaceMode::pod;
  };
  const NamespaceMode processes =
      pod.share_process_namespace ? NamespaceMode::pod : NamespaceMode::container;
  return {.network = mode(pod.network),
          .pid = pod.pid == pod::Share::host ? NamespaceMode::node : processes,
          .ipc = mode(pod.ipc)};
}

cri::SandboxConfig base_config(const PodPlace& place, const pod::PodSpec& pod,
                               const std::string& sandbox_id) {
  cri::SandboxConfig config{.name = pod.name,
                            .uid = place.uid,
                            .namespace_ = pod.namespace_,
                            .log_directory = log_folder_of(place),
                            .annotations = pod.annotations,
                            .namespaces = namespaces_of(pod),
                            .privileged = is_privileged(pod)};
  config.labels = pod.labels;
  config.labels["io.kubernetes.pod.name"] = pod.name;
  config.labels["io.kubernetes.pod.namespace"] = pod.namespace_;
  config.labels["io.kubernetes.pod.uid"] = place.uid;
  config.labels[std::string(kSandboxLabel)] = sandbox_id;
  if (pod.network != pod::Share::host) {
    config.hostname = pod.hostname.empty() ? pod.name : pod.hostname;
  }
  return config;
}

Result<cri::SandboxConfig> sandbox_config(const SandboxRequest& request) {
  if (request.network == sandbox::NetworkMode::none) {
    return Error::of(Code::unsupported,
                     "--network none: a container runtime of Kubernetes gives every pod the "
                     "node's network or the host's; leave the flag out, or use the engine embedded "
                     "or docker");
  }
  cri::SandboxConfig config = base_config(request.place, request.pod, request.id);
  if (request.network == sandbox::NetworkMode::bridge) {
    config.ports = ports_of(request.pod);
    PSYS_TRY_ASSIGN(config.dns, dns_of_host());
  }
  for (const sysctl::Setting& setting : request.settings_for_runtime) {
    config.sysctls[setting.key.name()] = setting.value;
  }
  return config;
}

}  // namespace podsysctl::engine
