// SPDX-License-Identifier: Apache-2.0
// Containers as cri/types.h has sandboxes and images: what is asked for, and what is answered.
// Thread-safety: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cri/types.h"

namespace podsysctl::cri {

struct SeccompProfile {
  enum class Kind : std::uint8_t { runtime_default, unconfined, localhost };
  Kind kind = Kind::runtime_default;
  std::string localhost_path;
};

struct Mount {
  std::string container_path;
  std::string host_path;
  bool read_only = false;
  bool sees_later_mounts = false;  // PROPAGATION_HOST_TO_CONTAINER
};

// 0: left to the runtime.
struct Resources {
  std::int64_t cpu_period = 0;  // microseconds
  std::int64_t cpu_quota = 0;
  std::int64_t cpu_shares = 0;
  std::int64_t memory_limit = 0;
};

struct SecurityContext {
  std::vector<std::string> add_capabilities;
  std::vector<std::string> drop_capabilities;
  bool privileged = false;
  bool read_only_root = false;
  bool no_new_privileges = false;
  NamespaceOptions namespaces;
  std::optional<std::int64_t> run_as_user;
  std::optional<std::int64_t> run_as_group;
  std::string run_as_username;
  std::vector<std::int64_t> supplemental_groups;
  std::vector<std::string> masked_paths;  // none given: none is hidden
  std::vector<std::string> read_only_paths;
  SeccompProfile seccomp;
};

struct ContainerConfig {
  std::string name;
  std::uint32_t attempt = 0;
  std::string image;  // what the runtime knows the image by
  std::vector<std::string> command;
  std::vector<std::string> args;
  std::string working_dir;
  std::vector<std::pair<std::string, std::string>> env;
  std::vector<Mount> mounts;
  StringMap labels;
  StringMap annotations;
  std::string log_path;     // relative to the sandbox's log_directory
  bool open_stdin = false;  // until the first that attaches to it ends it
  bool tty = false;
  Resources resources;
  SecurityContext security;
};

enum class ContainerState : std::uint8_t { created, running, exited, unknown };

struct Container {
  std::string id;
  std::string sandbox_id;
  ContainerState state = ContainerState::unknown;
  StringMap labels;
};

struct ContainerStatus {
  std::string id;
  ContainerState state = ContainerState::unknown;
  std::int64_t started_at = 0;
  std::int64_t finished_at = 0;
  int exit_code = 0;
  std::string image_ref;
  std::string reason;  // "Completed", "Error", "OOMKilled", "StartError"
  std::string message;
  std::string log_path;
  StringMap info;  // as SandboxStatus::info
};

}  // namespace podsysctl::cri
