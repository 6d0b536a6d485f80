// SPDX-License-Identifier: Apache-2.0
// What the state database holds: pods, their containers, settings and namespaces, and events. Plain
// values; an empty text means "none", a ProcessId with pid 0 "no process". The texts of the enums
// are stored and printed: they never change meaning. Thread-safety: values.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "linux/process.h"

namespace podsysctl::store {

enum class PodPhase : std::uint8_t { pending, running, succeeded, failed, unknown };

// The step of a pod's life that has begun, recorded before its first effect: what every stage up to
// this one makes may exist and is to be removed. Ordered: `stage >= Stage::network` means that CNI
// ADD may have been called.
enum class Stage : std::uint8_t {
  recorded,    // the record alone
  sandbox,     // namespaces, pins, the pause process, the cgroup
  network,     // CNI ADD, published ports
  sysctls,     // settings written into the sandbox
  containers,  // mounts, bundles, init containers
  started,     // every container was started
  stopping,    // being taken down; anything of the above may be left
  stopped,     // nothing left but the record, the logs and the pod's folder
  removing,    // the folder and the record are going
};

// run; run -d; a pod of the node service, which watches it and adopts it again after a restart.
enum class Attachment : std::uint8_t { attached, detached, service };
enum class AfterExit : std::uint8_t { keep_record, remove_pod };  // --rm
enum class ContainerKind : std::uint8_t { regular, init };
enum class ContainerState : std::uint8_t { created, running, exited, failed };
enum class SettingState : std::uint8_t { applied, unchanged, refused, rolled_back };
enum class EventType : std::uint8_t { normal, warning };

[[nodiscard]] std::string_view to_string(PodPhase phase) noexcept;         // "Running"
[[nodiscard]] std::string_view to_string(Stage stage) noexcept;            // "network"
[[nodiscard]] std::string_view to_string(Attachment attachment) noexcept;  // "detached"
[[nodiscard]] std::string_view to_string(AfterExit after_exit) noexcept;   // "keep-record"
[[nodiscard]] std::string_view to_string(ContainerKind kind) noexcept;     // "init"
[[nodiscard]] std::string_view to_string(ContainerState state) noexcept;   // "exited"
[[nodiscard]] std::string_view to_string(SettingState state) noexcept;     // "rolled-back"
[[nodiscard]] std::string_view to_string(EventType type) noexcept;         // "Warning"

struct HostPort {
  std::string protocol;  // "tcp", "udp", "sctp"
  std::string host_ip;   // "": every address
  std::uint16_t host_port = 0;
  std::uint16_t container_port = 0;
  friend bool operator==(const HostPort&, const HostPort&) = default;
};

// A namespace of the sandbox, as `inspect` shows it.
struct NamespaceRecord {
  std::string kind;  // "net", "ipc", "uts", "pid", "mnt"
  std::string path;  // the pin; "host" where the pod shares the host's
  friend bool operator==(const NamespaceRecord&, const NamespaceRecord&) = default;
};

struct PodRecord {
  std::string uid;  // UUID
  std::string name;
  std::string namespace_ = "default";
  PodPhase phase = PodPhase::pending;
  std::string reason;   // "SysctlForbidden"
  std::string message;  // status.message
  Stage stage = Stage::recorded;
  std::string engine;      // "embedded"
  std::string runtime;     // what the engine works with: "/usr/bin/crun", "unix:///run/docker.sock"
  std::string sandbox_id;  // 64 hexadecimal digits, known before anything is made
  std::string runtime_id;  // the runtime's own id of the sandbox; "" where it uses ours
  linux::ProcessId sandbox_process;
  linux::ProcessId owner;  // the process of ours that makes or attends the pod
  Attachment attachment = Attachment::attached;
  AfterExit after_exit = AfterExit::keep_record;
  std::string network_state;       // what CNI DEL needs; opaque here
  std::string spec;                // the pod as JSON; opaque here
  std::string source;              // of a static pod: the manifest's path
  std::string source_hash;         // of that manifest's text, to see changes
  std::chrono::seconds grace{30};  // from the stop signal to SIGKILL
  Timestamp created{};
  std::optional<Timestamp> started;
  std::optional<Timestamp> finished;
  std::vector<HostPort> host_ports;         // written by insert_pod only
  std::vector<NamespaceRecord> namespaces;  // written by insert_pod and put_namespaces
  friend bool operator==(const PodRecord&, const PodRecord&) = default;
};

struct ContainerRecord {
  std::string id;          // 64 hexadecimal digits, known before anything is made
  std::string runtime_id;  // the runtime's own; "" where it uses ours
  std::string pod_uid;
  std::string name;
  ContainerKind kind = ContainerKind::regular;
  std::string image;
  linux::ProcessId process;
  linux::ProcessId monitor;  // conmon
  ContainerState state = ContainerState::created;
  std::optional<int> exit_code;
  std::string reason;   // "Completed", "Error", "StartError"
  std::string message;  // why it could not be started
  std::string log_path;
  int stop_signal = 15;  // SIGTERM; what ends it kindly
  std::optional<Timestamp> started;
  std::optional<Timestamp> finished;
  std::uint32_t restart_count = 0;
  friend bool operator==(const ContainerRecord&, const ContainerRecord&) = default;
};

struct SettingRecord {
  std::string name;                      // canonical key
  std::string requested;                 // as asked for
  std::optional<std::string> previous;   // unset: never read
  std::optional<std::string> effective;  // as read back; unset: never read
  std::string origin;                    // "pod.yaml:8:7", "--sysctl"
  SettingState state = SettingState::refused;
  std::optional<std::string> drifted;  // the other value that was last told by an event
  friend bool operator==(const SettingRecord&, const SettingRecord&) = default;
};

struct ObjectReference {
  std::string kind = "Pod";
  std::string namespace_ = "default";
  std::string name;
  std::string uid;
  friend bool operator==(const ObjectReference&, const ObjectReference&) = default;
};

struct EventRecord {
  std::int64_t id = 0;  // given by the store; a repeated event gets a new, higher one
  EventType type = EventType::normal;
  std::string reason;
  std::string component = "podsysctl";
  std::string host;
  ObjectReference object;
  std::string message;
  std::uint32_t count = 1;
  Timestamp first_seen{};
  Timestamp last_seen{};
  friend bool operator==(const EventRecord&, const EventRecord&) = default;
};

}  // namespace podsysctl::store
