// SPDX-License-Identifier: Apache-2.0
// The flags of `podsysctl run` as they were given, and what they make of one image: a PodSpec with
// one container. A flag that docker has too means the same here.
// Errors: invalid_argument, naming the flag. Thread-safety: values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "pod/spec.h"
#include "sandbox/network.h"

namespace podsysctl::cli {

struct RunFlags {
  std::string file;                  // -f; "" where an image is given
  std::string image;                 // IMAGE
  std::vector<std::string> command;  // [COMMAND [ARG...]]

  std::vector<std::string> sysctls;         // --sysctl KEY=VALUE
  std::vector<std::string> allowed_unsafe;  // --allowed-unsafe-sysctls PATTERN,...
  std::string kubernetes_version;           // "": newest known
  std::string engine = "embedded";
  std::string runtime;       // "": the first that works here
  std::string cri_endpoint;  // "": found
  std::string name;
  std::string hostname;
  std::string user;
  std::string entrypoint;
  std::string working_dir;
  std::string network;   // "": bridge, or what the manifest says; or "container:NAME"
  std::string ipc;       // "", "private", "host" or "container:NAME"
  std::string pull;      // "": the manifest's policy, or missing
  std::string authfile;  // "": the usual places
  std::string output = "text";
  std::vector<std::string> env;          // KEY=VALUE, or KEY for our own value
  std::vector<std::string> volumes;      // SRC:DST[:ro]
  std::vector<std::string> publish;      // [[IP:]HOST:]CONTAINER[/PROTOCOL]
  std::vector<std::string> node_labels;  // K=V
  std::vector<std::string> cap_add;
  std::vector<std::string> cap_drop;
  bool detach = false;
  bool remove = false;
  bool interactive = false;
  bool tty = false;
  bool privileged = false;
  bool read_only = false;
  bool change_joined = false;
};

// For `run IMAGE`.
[[nodiscard]] Result<pod::PodSpec> spec_from_flags(const RunFlags& flags);

// "8080:80", "127.0.0.1:8080:80/udp".
[[nodiscard]] Result<pod::Port> parse_publish(const std::string& text);

// What -v makes: a volume of the pod and its mount in the container.
struct VolumeFlag {
  pod::Volume volume;
  pod::VolumeMount mount;
};
[[nodiscard]] Result<VolumeFlag> parse_volume(const std::string& text, std::size_t index);

}  // namespace podsysctl::cli
