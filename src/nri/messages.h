// SPDX-License-Identifier: Apache-2.0
// The messages of the Node Resource Interface that a plugin for pod sandboxes sends and gets, as
// plain values. Source: containerd/nri pkg/api/api.proto, package nri.pkg.api.v1alpha1, versions
// 0.3 to 0.12. What a version does not send yet is empty.
// Errors: invalid_argument for bytes that are no such message. Thread-safety: pure functions.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace podsysctl::nri {

using TextMap = std::map<std::string, std::string, std::less<>>;

struct PodNamespace {
  std::string type;  // "network", "ipc", "uts", "pid", "mount", "user"
  std::string path;  // "" where the runtime made it and pinned it nowhere
  friend bool operator==(const PodNamespace&, const PodNamespace&) = default;
};

struct PodSandbox {
  std::string id;
  std::string name;
  std::string uid;
  std::string namespace_;
  TextMap labels;
  TextMap annotations;
  std::string runtime_handler;
  std::string cgroup_parent;
  // No entry of a kind: that namespace is the host's. Gone at RemovePodSandbox.
  std::vector<PodNamespace> namespaces;
  pid_t pid = 0;  // of the pause process, or of the runtime before its start; 0 once it is gone
  std::vector<std::string> ips;
  friend bool operator==(const PodSandbox&, const PodSandbox&) = default;
};

struct Registration {
  std::string plugin_name;
  std::string plugin_index;
  std::string nri_version;
};

struct Configuration {
  std::string config;  // text of the plugin's file below /etc/nri/conf.d; "" where there is none
  std::string runtime_name;
  std::string runtime_version;
  std::string nri_version;  // NRI 0.11 and later
  std::chrono::milliseconds registration_timeout{5000};
  std::chrono::milliseconds request_timeout{2000};
};

struct Synchronization {
  std::vector<PodSandbox> pods;
  bool more = false;  // others follow in another message
};

// Those of all versions. A runtime ends the registration over a bit that it does not know, and
// takes no bit at all for all events.
enum class PodEvent : std::int32_t { run = 1, stop = 2, remove = 3 };
inline constexpr std::int32_t kPodEvents = 0b111;

struct StateChange {
  std::int32_t event = 0;  // a PodEvent, or another's number
  PodSandbox pod;
};

[[nodiscard]] std::string encode(const Registration& registration);
[[nodiscard]] std::string encode_subscription(std::int32_t events);
[[nodiscard]] std::string encode_synchronized(bool more);

[[nodiscard]] Result<Configuration> decode_configuration(std::string_view bytes);
[[nodiscard]] Result<Synchronization> decode_synchronization(std::string_view bytes);
// RunPodSandbox, StopPodSandbox, RemovePodSandbox.
[[nodiscard]] Result<PodSandbox> decode_pod_request(std::string_view bytes);
[[nodiscard]] Result<StateChange> decode_state_change(std::string_view bytes);

}  // namespace podsysctl::nri
