// SPDX-License-Identifier: Apache-2.0
// What Docker's Engine API takes and gives, as far as this project uses it (API 1.24 to 1.51), as
// plain values. Names follow the API. Sizes are bytes. Thread-safety: values.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace podsysctl::docker {

struct Mount {
  std::string source;  // an absolute path of the daemon's host
  std::string target;
  bool read_only = false;
  std::string propagation;  // "rslave"; "": the daemon's own, rprivate
};

struct PortBinding {
  std::uint16_t container_port = 0;
  std::uint16_t host_port = 0;
  std::string host_ip;
  std::string protocol = "tcp";
};

// POST /containers/create. What is empty is left to the daemon.
struct ContainerSpec {
  std::string image;
  std::vector<std::string> entrypoint;
  std::vector<std::string> command;
  std::vector<std::string> env;  // "K=V"
  std::string user;
  std::string working_dir;
  std::string hostname;
  std::string stop_signal;  // "": the image's
  std::map<std::string, std::string> labels;
  bool tty = false;
  bool open_stdin = false;
  bool stdin_once = false;  // closed when the first attached stream ends

  std::vector<std::pair<std::string, std::string>> sysctls;
  std::string network_mode;  // "none", "bridge", "host", "container:ID"
  std::string ipc_mode;      // "private", "shareable", "host", "container:ID"
  std::string pid_mode;
  std::string uts_mode;
  std::string runtime;
  std::vector<Mount> mounts;
  std::vector<PortBinding> ports;
  std::vector<std::string> extra_hosts;  // "NAME:IP"
  std::vector<std::string> cap_add;
  std::vector<std::string> cap_drop;
  std::vector<std::string> group_add;
  std::vector<std::string> security_opt;
  bool privileged = false;
  bool read_only_root = false;
  std::optional<std::int64_t> cpu_shares;
  std::optional<std::int64_t> cpu_quota;  // microseconds in each cpu_period
  std::optional<std::int64_t> cpu_period;
  std::optional<std::int64_t> memory;
  std::string log_driver;
};

struct CreatedContainer {
  std::string id;
  std::vector<std::string> warnings;
};

// GET /containers/{id}/json
struct Container {
  std::string id;
  std::string name;  // without the leading '/'
  std::string image;
  bool running = false;
  std::int64_t pid = 0;
  std::int64_t exit_code = 0;
  bool started = false;  // at any time
  std::string error;     // why it could not be started
  bool tty = false;
  bool open_stdin = false;
  std::string log_path;  // "" before the first start
  std::vector<std::pair<std::string, std::string>> labels;
  std::vector<std::pair<std::string, std::string>> annotations;  // since API 1.43
  std::string network_mode;
  std::string ipc_mode;
  std::string runtime;                 // "runc", "io.containerd.kata.v2"
  std::vector<std::string> addresses;  // with prefix length: "172.17.0.2/16"
};

// GET /events: of a container.
struct Event {
  std::string action;  // "start", "die"
  std::string container_id;
};

// GET /containers/json
struct ListedContainer {
  std::string id;
  std::vector<std::pair<std::string, std::string>> labels;
};

// GET /images/{name}/json
struct Image {
  std::string id;  // "sha256:…"
  std::int64_t size = 0;
  std::string architecture;
  std::vector<std::string> entrypoint;
  std::vector<std::string> command;
  std::vector<std::string> env;
  std::string user;
  std::string working_dir;
  std::string stop_signal;
  std::vector<std::pair<std::string, std::string>> labels;
};

// GET /version, GET /info
struct Version {
  std::string version;  // "20.10.24"
  std::string api;      // "1.41"
  std::string min_api;  // "1.12"
};

// POST /containers/{id}/exec
struct ExecSpec {
  std::vector<std::string> command;
  std::vector<std::string> env;
  std::string user;
  std::string working_dir;
  bool tty = false;
  bool attach_stdin = false;
};

// GET /exec/{id}/json
struct ExecState {
  bool running = false;
  std::optional<std::int64_t> exit_code;
};

// One line of what a pull or a load says while it goes on.
struct Progress {
  std::string status;  // "Downloading"
  std::string layer;   // "" where it is about the whole
  std::string stream;  // "Loaded image: busybox:latest\n"
  std::string error;   // the end of it, without success
  std::int64_t done = 0;
  std::int64_t total = 0;
};

}  // namespace podsysctl::docker
