// SPDX-License-Identifier: Apache-2.0
#include "nri/messages.h"

#include <limits>
#include <utility>

#include "nri/nri.pb.h"
#include "nri/parse.h"

namespace podsysctl::nri {
namespace {

template <class Map>
TextMap text_map(Map& from) {
  TextMap map;
  for (auto& [key, value] : from) {
    map.emplace(key, std::move(value));
  }
  return map;
}

Result<pid_t> pid_of(std::uint32_t number) {
  if (number > static_cast<std::uint32_t>(std::numeric_limits<pid_t>::max())) {
    return Error::of(Code::invalid_argument, "{} is no process id", number);
  }
  return static_cast<pid_t>(number);
}

Result<PodSandbox> pod_of(wire::PodSandbox& message) {
  PodSandbox pod{.id = std::move(*message.mutable_id()),
                 .name = std::move(*message.mutable_name()),
                 .uid = std::move(*message.mutable_uid()),
                 .namespace_ = std::move(*message.mutable_namespace_()),
                 .labels = text_map(*message.mutable_labels()),
                 .annotations = text_map(*message.mutable_annotations()),
                 .runtime_handler = std::move(*message.mutable_runtime_handler())};
  wire::LinuxPodSandbox& linux_part = *message.mutable_linux();
  pod.cgroup_parent = std::move(*linux_part.mutable_cgroup_parent());
  for (wire::LinuxNamespace& ns : *linux_part.mutable_namespaces()) {
    pod.namespaces.push_back({std::move(*ns.mutable_type()), std::move(*ns.mutable_path())});
  }
  for (std::string& ip : *message.mutable_ips()) {
    pod.ips.push_back(std::move(ip));
  }
  PSYS_TRY_ASSIGN(pod.pid, pid_of(message.pid()));
  return pod;
}

// A runtime that does not say how long it waits is given the usual time.
void take_time(std::chrono::milliseconds& time, std::int64_t from) {
  constexpr std::int64_t kLongest = 3'600'000;
  if (from > 0) {
    time = std::chrono::milliseconds(std::min(from, kLongest));
  }
}

}  // namespace

std::string encode(const Registration& registration) {
  wire::RegisterPluginRequest message;
  message.set_plugin_name(registration.plugin_name);
  message.set_plugin_idx(registration.plugin_index);
  message.set_nri_version(registration.nri_version);
  return message.SerializeAsString();
}

std::string encode_subscription(std::int32_t events) {
  wire::ConfigureResponse message;
  message.set_events(events);
  return message.SerializeAsString();
}

std::string encode_synchronized(bool more) {
  wire::SynchronizeResponse message;
  message.set_more(more);
  return message.SerializeAsString();
}

Result<Configuration> decode_configuration(std::string_view bytes) {
  PSYS_TRY_ASSIGN(wire::ConfigureRequest message,
                  parse<wire::ConfigureRequest>(bytes, "NRI configuration"));
  Configuration configuration{.config = std::move(*message.mutable_config()),
                              .runtime_name = std::move(*message.mutable_runtime_name()),
                              .runtime_version = std::move(*message.mutable_runtime_version()),
                              .nri_version = std::move(*message.mutable_nri_version())};
  take_time(configuration.registration_timeout, message.registration_timeout());
  take_time(configuration.request_timeout, message.request_timeout());
  return configuration;
}

Result<Synchronization> decode_synchronization(std::string_view bytes) {
  PSYS_TRY_ASSIGN(wire::SynchronizeRequest message,
                  parse<wire::SynchronizeRequest>(bytes, "NRI list of pods"));
  Synchronization list{.more = message.more()};
  for (wire::PodSandbox& pod : *message.mutable_pods()) {
    PSYS_TRY_ASSIGN(PodSandbox plain, pod_of(pod));
    list.pods.push_back(std::move(plain));
  }
  return list;
}

Result<PodSandbox> decode_pod_request(std::string_view bytes) {
  PSYS_TRY_ASSIGN(wire::PodSandboxRequest message,
                  parse<wire::PodSandboxRequest>(bytes, "NRI request about a pod"));
  return pod_of(*message.mutable_pod());
}

Result<StateChange> decode_state_change(std::string_view bytes) {
  PSYS_TRY_ASSIGN(wire::StateChangeEvent message,
                  parse<wire::StateChangeEvent>(bytes, "NRI state change"));
  PSYS_TRY_ASSIGN(PodSandbox pod, pod_of(*message.mutable_pod()));
  return StateChange{.event = message.event(), .pod = std::move(pod)};
}

}  // namespace podsysctl::nri
