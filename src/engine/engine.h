// SPDX-License-Identifier: Apache-2.0
// Engine: what runs sandboxes and containers. The life of a pod (src/node) is written once over
// this interface; an engine only makes, starts, watches and removes. Every call that makes
// something is told where to note it first, so that a process killed at any point leaves nothing
// unknown. Errors: Result; StartFailure carries docker's exit code for a container that could not
// start. Thread-safety: one thread per object.
#pragma once

#include <chrono>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/start_failure.h"
#include "image/image.h"
#include "image/progress.h"
#include "image/resolved.h"
#include "linux/fd.h"
#include "linux/process.h"
#include "pod/spec.h"
#include "sandbox/network.h"
#include "store/records.h"
#include "sysctl/target.h"

namespace podsysctl::engine {

// Where a pod's things are. Made by the caller before the first call.
struct PodPlace {
  std::string uid;
  std::string folder;  // <root>/pods/<uid>
};

// one_container: what `run IMAGE` makes, to be found as such in the runtime's own tools.
enum class Shape : std::uint8_t { pod, one_container };

// Containers of the runtime's whose namespaces are shared, by name or id; "": none.
struct JoinedContainers {
  std::string network;
  std::string ipc;
  [[nodiscard]] bool empty() const { return network.empty() && ipc.empty(); }
};

struct SandboxRequest {
  PodPlace place;
  std::string id;  // 64 hexadecimal digits
  const pod::PodSpec& pod;
  sandbox::NetworkMode network = sandbox::NetworkMode::bridge;
  JoinedContainers joined;  // empty unless joins_containers()
  Shape shape = Shape::pod;
  std::string runtime_handler;  // of the runtime's own configuration; "": its default
  // What the runtime may write itself (enforce/handover.h), for its own tools to show; the embedded
  // engine leaves all to what follows.
  std::vector<sysctl::Setting> settings_for_runtime;
};

// What must be remembered of a sandbox to find and remove it again from another process.
struct SandboxState {
  std::string id;
  std::string runtime_id;  // the runtime's own id; "" where it uses ours, or has none yet
  std::string runtime;     // what its containers were made with; "": the engine's own choice
  linux::ProcessId process;
  std::vector<store::NamespaceRecord> namespaces;
  std::string network_record;          // opaque; "" where nothing has to be detached
  std::vector<std::string> addresses;  // "10.131.0.2/16"
  std::vector<std::string> notices;    // for the user
};

// Keeps what an engine has made. save() returns once it is stored for good.
class Journal {
 public:
  Journal() = default;
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;
  virtual ~Journal() = default;
  [[nodiscard]] virtual Result<> save(store::Stage stage, const SandboxState& state) = 0;
};

struct ContainerRequest {
  PodPlace place;
  std::string id;  // 64 hexadecimal digits
  const pod::PodSpec& pod;
  const pod::Container& container;
  const image::Image& image;
  const SandboxState& sandbox;
  std::string log_path;
  std::string runtime_id;  // of the prepared container; "" before, or where it is ours
  // For a sandbox that begins with its container: to be called once the container's process is
  // there; an error ends the container and is the reason of its StartFailure.
  std::function<Result<>(const linux::ProcessId&)> on_started;
};

struct PreparedContainer {
  std::vector<std::string> warnings;  // for the user
  std::string runtime_id;             // "" where the runtime uses our id
};

// The processes of a container that was started to run on its own.
struct RunningContainer {
  linux::ProcessId process;
  linux::ProcessId monitor;
};

struct ContainerRef {
  std::string id;
  std::string runtime_id;  // "" where the runtime uses our id, or nothing is known to be made
  PodPlace place;
  const SandboxState& sandbox;
  linux::ProcessId process;
  linux::ProcessId monitor;
  std::string log_path;
};

struct StopRequest {
  ContainerRef container;
  int signal;  // what ends it kindly
};

// The caller's standard streams for a container in the foreground.
struct Streams {
  linux::FdRef in;  // invalid: the container reads nothing
  linux::FdRef out;
  linux::FdRef err;
};

struct ExecCommand {
  std::vector<std::string> command;
  std::vector<std::string> env;  // "K=V"
  std::string working_dir;
  std::string user;  // "": the container's
  bool tty = false;
  Streams streams;
};

class Engine {
 public:
  Engine() = default;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  virtual ~Engine() = default;

  [[nodiscard]] virtual std::string_view name() const = 0;  // "embedded"
  // What it works with, and is opened by again: "/usr/bin/runc", "unix:///run/docker.sock".
  [[nodiscard]] virtual std::string_view runtime() const = 0;

  // The image, fetched or loaded if need be, with its configuration. Layers only where the engine
  // mounts them itself.
  [[nodiscard]] virtual Result<image::Resolved> resolve_image(const image::Wanted& wanted,
                                                              image::Progress& progress) = 0;

  // Namespaces, then the network. On failure the caller removes what the journal has.
  [[nodiscard]] virtual Result<SandboxState> make_sandbox(const SandboxRequest& request,
                                                          Journal& journal) = 0;
  // Whether it hands SandboxRequest::settings_for_runtime to its runtime.
  [[nodiscard]] virtual bool hands_over_settings() const { return false; }
  // Whether a sandbox can share namespaces of containers that the runtime has.
  [[nodiscard]] virtual bool joins_containers() const { return false; }
  // Whether the sandbox is its only container, so that there is nothing to write sysctls in before
  // that container starts.
  [[nodiscard]] virtual bool begins_with_container(const SandboxState& /*sandbox*/) const {
    return false;
  }
  // Its namespaces, to read and write sysctls in.
  [[nodiscard]] virtual Result<sysctl::Target> target(const SandboxState& sandbox) = 0;
  [[nodiscard]] virtual bool is_up(const SandboxState& sandbox) = 0;
  // With its network; what is gone already is success.
  [[nodiscard]] virtual Result<> remove_sandbox(const SandboxState& sandbox) = 0;

  // Root file system, volumes and configuration.
  [[nodiscard]] virtual Result<PreparedContainer> prepare_container(
      const ContainerRequest& request) = 0;
  // Starts a prepared container that goes on without us.
  [[nodiscard]] virtual std::expected<RunningContainer, StartFailure> start_container(
      const ContainerRequest& request) = 0;
  // Runs a prepared container in the foreground: its output goes to `streams` and to its log.
  [[nodiscard]] virtual std::expected<int, StartFailure> run_container(
      const ContainerRequest& request, const Streams& streams) = 0;

  // The exit code of a container that start_container() started; nothing while it runs. not_found
  // where it ended without leaving one.
  [[nodiscard]] virtual Result<std::optional<int>> exit_code(const ContainerRef& container) = 0;
  // Waits for the end of any of them, for any of `wakes` to be readable, at most `limit` (negative:
  // none). Here: for the end of their processes.
  [[nodiscard]] virtual Result<> wait_for_change(const std::vector<ContainerRef>& containers,
                                                 const std::vector<linux::FdRef>& wakes,
                                                 std::chrono::milliseconds limit);
  // To each its signal, then SIGKILL after `grace` to those that are left: they end side by side.
  [[nodiscard]] virtual Result<> stop_containers(const std::vector<StopRequest>& requests,
                                                 std::chrono::milliseconds grace) = 0;
  [[nodiscard]] virtual Result<> remove_container(const ContainerRef& container) = 0;
  [[nodiscard]] virtual std::expected<int, StartFailure> exec(const ContainerRef& container,
                                                              const ExecCommand& request) = 0;
};

}  // namespace podsysctl::engine
