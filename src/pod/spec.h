// SPDX-License-Identifier: Apache-2.0
// What a v1 Pod asks for, as far as one machine can give it. Filled by pod/manifest.h from YAML or
// JSON, or by `run IMAGE` from flags; read by the engines. Names follow the Kubernetes API.
// Everything here is a plain value; sizes are bytes, times are seconds, CPU is in thousandths.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sysctl/setting.h"

namespace podsysctl::pod {

enum class RestartPolicy : std::uint8_t { always, on_failure, never };
enum class PullPolicy : std::uint8_t { if_not_present, always, never };
enum class Protocol : std::uint8_t { tcp, udp, sctp };
enum class Share : std::uint8_t { private_namespace, host };  // hostNetwork, hostIPC, hostPID
enum class Access : std::uint8_t { read_write, read_only };

// `value`, `command`, `args` and `sub_path` may hold marks for what is only known once the pod runs
// (its IP address and so on): see pod/runtime_facts.h, fill_in().
struct EnvVar {
  std::string name;
  std::string value;
};

struct EmptyDir {
  bool in_memory = false;  // medium: Memory
  std::optional<std::int64_t> size_limit;
};
struct HostPath {
  enum class Type : std::uint8_t {
    unset,
    directory,
    directory_or_create,
    file,
    file_or_create,
    socket,
    char_device,
    block_device
  };
  std::string path;
  Type type = Type::unset;
};
// configMap and secret volumes, resolved to their files.
struct ProjectedFiles {
  struct File {
    std::string content;
    std::uint32_t mode = 0644;
  };
  std::map<std::string, File> files;  // relative path -> file
};

struct Volume {
  enum class Kind : std::uint8_t { empty_dir, host_path, files };
  std::string name;
  Kind kind = Kind::empty_dir;
  EmptyDir empty_dir;
  HostPath host_path;
  ProjectedFiles projected;
};

// Whether mounts that the host makes later show up in the container (HostToContainer).
enum class Propagation : std::uint8_t { none, from_host };

struct VolumeMount {
  std::string volume;
  std::string mount_path;  // absolute, in the container
  std::string sub_path;    // relative, without ".."
  Access access = Access::read_write;
  Propagation propagation = Propagation::none;
};

struct Port {
  std::uint16_t container_port = 0;
  std::uint16_t host_port = 0;  // 0: not published
  std::string host_ip;
  Protocol protocol = Protocol::tcp;
};

struct Resources {
  std::optional<std::int64_t> cpu_limit_milli;
  std::optional<std::int64_t> cpu_request_milli;
  std::optional<std::int64_t> memory_limit;
  std::optional<std::int64_t> memory_request;
};

struct Capabilities {
  std::vector<std::string> add;  // without "CAP_"; "ALL" for every one
  std::vector<std::string> drop;
};

struct SeccompProfile {
  enum class Kind : std::uint8_t { runtime_default, unconfined, localhost };
  Kind kind = Kind::runtime_default;
  std::string localhost_path;
};

// The pod's and the container's securityContext merged: the container's field wins.
struct SecurityContext {
  bool privileged = false;
  bool read_only_root_filesystem = false;
  bool allow_privilege_escalation = true;
  bool run_as_non_root = false;
  std::optional<std::int64_t> run_as_user;
  std::optional<std::int64_t> run_as_group;
  std::vector<std::int64_t> supplemental_groups;  // of the pod, with fsGroup
  Capabilities capabilities;
  SeccompProfile seccomp;
};

struct Container {
  std::string name;
  std::string image;
  PullPolicy pull = PullPolicy::if_not_present;
  std::vector<std::string> command;  // empty: the image's entrypoint
  std::vector<std::string> args;     // empty: the image's command, unless `command` is given
  std::vector<EnvVar> env;           // envFrom first, then env, $(VAR) expanded
  std::string working_dir;           // "": the image's
  std::string user;                  // `run --user` only; "" otherwise
  SecurityContext security;
  Resources resources;
  std::vector<Port> ports;
  std::vector<VolumeMount> mounts;
  bool open_stdin = false;  // stdin
  bool tty = false;
  std::size_t line = 0;  // of the container in the manifest, for messages
};

struct PodSpec {
  std::string name;
  std::string namespace_ = "default";
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> annotations;
  std::vector<sysctl::Setting> sysctls;  // of the field, then of the annotations, with origins
  std::vector<Container> init_containers;
  std::vector<Container> containers;
  std::vector<Volume> volumes;
  RestartPolicy restart = RestartPolicy::always;
  std::chrono::seconds termination_grace{30};
  Share network = Share::private_namespace;
  Share ipc = Share::private_namespace;
  Share pid = Share::private_namespace;
  bool share_process_namespace = false;
  std::string hostname;                  // "": the pod's name
  std::optional<std::int64_t> fs_group;  // of emptyDir volumes; also in supplemental_groups
  std::map<std::string, std::string> node_selector;
  std::vector<std::string> pull_secrets;  // documents as in image/auth_document.h
  std::vector<std::pair<std::string, std::string>> host_aliases;  // IP, name
};

}  // namespace podsysctl::pod
