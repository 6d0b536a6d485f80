// SPDX-License-Identifier: Apache-2.0
// What is asked of a container runtime and what it answers, as plain values: the messages of the
// Kubernetes Container Runtime Interface v1 as far as this project uses them, under the same names.
// Unset and 0 mean what they mean there. Times are nanoseconds since the epoch, sizes are bytes.
// Thread-safety: values.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace podsysctl::cri {

using StringMap = std::map<std::string, std::string>;

struct Version {
  std::string runtime_name;  // "containerd", "cri-o"
  std::string runtime_version;
  std::string api_version;  // "v1"
};

struct Condition {
  std::string type;  // "RuntimeReady", "NetworkReady"
  bool holds = false;
  std::string reason;
  std::string message;
};

// Whose namespace: the pod's, the container's own, the host's.
enum class NamespaceMode : std::uint8_t { pod, container, node };

struct NamespaceOptions {
  NamespaceMode network = NamespaceMode::pod;
  NamespaceMode pid = NamespaceMode::pod;
  NamespaceMode ipc = NamespaceMode::pod;
};

struct PortMapping {
  enum class Protocol : std::uint8_t { tcp, udp, sctp };
  Protocol protocol = Protocol::tcp;
  std::uint16_t container_port = 0;
  std::uint16_t host_port = 0;
  std::string host_ip;
};

struct DnsConfig {
  std::vector<std::string> servers;
  std::vector<std::string> searches;
  std::vector<std::string> options;
};

struct SandboxConfig {
  std::string name;
  std::string uid;
  std::string namespace_;
  std::uint32_t attempt = 0;
  std::string hostname;
  std::string log_directory;
  std::optional<DnsConfig> dns;
  std::vector<PortMapping> ports;
  StringMap labels;
  StringMap annotations;
  StringMap sysctls;
  NamespaceOptions namespaces;
  bool privileged = false;
};

enum class SandboxState : std::uint8_t { ready, not_ready };

struct Sandbox {
  std::string id;
  SandboxState state = SandboxState::not_ready;
  std::string name;
  std::string uid;
  std::string namespace_;
  StringMap labels;
  StringMap annotations;
  std::string handler;  // of the runtime class
  std::int64_t created_at = 0;
};

struct SandboxStatus {
  Sandbox sandbox;
  std::vector<std::string> addresses;  // without prefix lengths, the first one first
  StringMap info;                      // of a verbose answer; JSON in the runtime's own form
};

// What a list is narrowed to; what is empty narrows nothing.
struct Filter {
  std::string id;
  std::string sandbox_id;  // of containers only
  StringMap labels;
};

struct Image {
  std::string id;  // "sha256:…"
  std::vector<std::string> tags;
  std::vector<std::string> digests;
  std::uint64_t size = 0;
  StringMap info;  // of a verbose answer
};

// For a registry; without an address of it, as the kubelet asks.
struct Auth {
  std::string username;
  std::string password;
  std::string identity_token;  // instead of a password
};

struct ContainerEvent {
  enum class Kind : std::uint8_t { created, started, stopped, deleted };
  std::string container_id;  // a sandbox's id where it is about that
  Kind kind = Kind::created;
  std::int64_t time = 0;
};

// Of containerd's own events.
struct TaskEvent {
  enum class Kind : std::uint8_t { started, exited };
  Kind kind = Kind::started;
  std::string container_id;  // as above
};

}  // namespace podsysctl::cri
