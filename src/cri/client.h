// SPDX-License-Identifier: Apache-2.0
// A typed client of the Container Runtime Interface v1 (services RuntimeService and ImageService)
// over a unix socket. Every call has a deadline; a message is at most 16 MiB.
// Errors: those of cri/channel.h. The message begins with the call's name, carries the runtime's
// text whole and ends with the name of the gRPC code. not_found is success for the Stop and Remove
// calls, as the interface wants it. Thread-safety: one thread per object.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cri/channel.h"
#include "cri/container_types.h"
#include "cri/stream_set.h"
#include "cri/types.h"

namespace podsysctl::cri {

enum class Detail : std::uint8_t { brief, verbose };

// How long an answer may take.
struct Deadlines {
  std::chrono::milliseconds look{30'000};   // what only reads
  std::chrono::milliseconds work{120'000};  // makes, starts and removes: the kubelet's two minutes
  std::chrono::milliseconds pull{1'800'000};
};

class Client {
 public:
  explicit Client(std::string socket_path, const Deadlines& deadlines = {})
      : channel_(std::move(socket_path)), deadlines_(deadlines) {}

  [[nodiscard]] Result<Version> version();
  [[nodiscard]] Result<std::vector<Condition>> status();

  // The id that the runtime gave it. `handler`: of a runtime class; "" is the default one.
  [[nodiscard]] Result<std::string> run_sandbox(const SandboxConfig& config,
                                                const std::string& handler);
  [[nodiscard]] Result<> stop_sandbox(const std::string& id);
  [[nodiscard]] Result<> remove_sandbox(const std::string& id);
  [[nodiscard]] Result<SandboxStatus> sandbox_status(const std::string& id, Detail detail);
  [[nodiscard]] Result<std::vector<Sandbox>> sandboxes(const Filter& filter);

  [[nodiscard]] Result<std::string> create_container(const std::string& sandbox_id,
                                                     const ContainerConfig& config,
                                                     const SandboxConfig& sandbox);
  [[nodiscard]] Result<> start_container(const std::string& id);
  // SIGTERM (or what the image asks for), then SIGKILL after `grace`; returns when it has ended.
  [[nodiscard]] Result<> stop_container(const std::string& id, std::chrono::seconds grace);
  [[nodiscard]] Result<> remove_container(const std::string& id);
  [[nodiscard]] Result<ContainerStatus> container_status(const std::string& id, Detail detail);
  [[nodiscard]] Result<std::vector<Container>> containers(const Filter& filter);

  // The address at which the runtime serves the streams of such a command, or of a container that
  // runs (cri/remote_streams.h). It is good for one connection, within a minute.
  [[nodiscard]] Result<std::string> exec_url(const std::string& id,
                                             const std::vector<std::string>& command,
                                             const StreamSet& streams);
  [[nodiscard]] Result<std::string> attach_url(const std::string& id, const StreamSet& streams);

  // Events until `wake` is readable or `on_event` says stop. Not all runtimes have them
  // (unsupported).
  [[nodiscard]] Result<> container_events(
      linux::FdRef wake, const std::function<Channel::Next(const ContainerEvent&)>& on_event);

  // The same of containerd, by its own service: of the processes of all sandboxes and containers of
  // Kubernetes. Any number of clients may listen, while containerd 1.7 and CRI-O 1.26 give each of
  // container_events() to one of theirs only, which may be the kubelet's loss.
  [[nodiscard]] Result<> task_events(
      linux::FdRef wake, const std::function<Channel::Next(const TaskEvent&)>& on_event);

  // Nothing where the runtime does not have the image.
  [[nodiscard]] Result<std::optional<Image>> image_status(const std::string& name, Detail detail);
  // What the runtime knows the image by from now on.
  [[nodiscard]] Result<std::string> pull_image(const std::string& name,
                                               const std::optional<Auth>& auth);
  [[nodiscard]] Result<std::vector<Image>> images();
  [[nodiscard]] Result<> remove_image(const std::string& name);

  [[nodiscard]] const std::string& socket_path() const noexcept { return channel_.socket_path(); }

 private:
  Channel channel_;
  Deadlines deadlines_;
};

}  // namespace podsysctl::cri
