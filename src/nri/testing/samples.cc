// SPDX-License-Identifier: Apache-2.0
#include "nri/testing/samples.h"

#include "nri/nri.pb.h"

namespace podsysctl::nri {
namespace {

void fill(wire::PodSandbox& message, const PodSandbox& pod) {
  message.set_id(pod.id);
  message.set_name(pod.name);
  message.set_uid(pod.uid);
  message.set_namespace_(pod.namespace_);
  message.mutable_labels()->insert(pod.labels.begin(), pod.labels.end());
  message.mutable_annotations()->insert(pod.annotations.begin(), pod.annotations.end());
  message.set_runtime_handler(pod.runtime_handler);
  message.set_pid(static_cast<std::uint32_t>(pod.pid));
  message.mutable_linux()->set_cgroup_parent(pod.cgroup_parent);
  for (const PodNamespace& ns : pod.namespaces) {
    wire::LinuxNamespace& entry = *message.mutable_linux()->add_namespaces();
    entry.set_type(ns.type);
    entry.set_path(ns.path);
  }
  for (const std::string& ip : pod.ips) {
    message.add_ips(ip);
  }
}

}  // namespace

PodSandbox sample_pod(const std::string& id) {
  return {.id = id,
          .name = "web",
          .uid = "a1b2c3d4-0000-0000-0000-00000000000" + id.substr(0, 1),
          .namespace_ = "shop",
          .labels = {{"app", "web"}},
          .annotations = {{"podsysctl.io/sysctls", "net.core.somaxconn = 1024\n"}},
          .runtime_handler = "runc",
          .cgroup_parent = "/kubepods",
          .namespaces = {{"network", "/run/netns/" + id}, {"ipc", ""}, {"uts", ""}},
          .pid = 4711,
          .ips = {"10.0.0.7", "fd00::7"}};
}

std::string sample_configuration() {
  wire::ConfigureRequest message;
  message.set_config("text");
  message.set_runtime_name("containerd");
  message.set_runtime_version("v2.1.9");
  message.set_registration_timeout(5000);
  message.set_request_timeout(1500);
  message.set_nri_version("v0.8.0");
  return message.SerializeAsString();
}

std::string pod_request(const PodSandbox& pod) {
  wire::PodSandboxRequest message;
  fill(*message.mutable_pod(), pod);
  return message.SerializeAsString();
}

std::string state_change(std::int32_t event, const PodSandbox& pod) {
  wire::StateChangeEvent message;
  message.set_event(event);
  fill(*message.mutable_pod(), pod);
  return message.SerializeAsString();
}

std::string pod_list(std::span<const PodSandbox> pods, Rest rest) {
  wire::SynchronizeRequest message;
  for (const PodSandbox& pod : pods) {
    fill(*message.add_pods(), pod);
  }
  message.set_more(rest == Rest::follows);
  return message.SerializeAsString();
}

std::int32_t events_in(const std::string& payload) {
  wire::ConfigureResponse message;
  return message.ParseFromString(payload) ? message.events() : -1;
}

Rest rest_in(const std::string& payload) {
  wire::SynchronizeResponse message;
  return message.ParseFromString(payload) && message.more() ? Rest::follows : Rest::none;
}

Registration registration_in(const std::string& payload) {
  wire::RegisterPluginRequest message;
  if (!message.ParseFromString(payload)) {
    return {};
  }
  return {message.plugin_name(), message.plugin_idx(), message.nri_version()};
}

}  // namespace podsysctl::nri
