// SPDX-License-Identifier: Apache-2.0
#include "engine/embedded/embedded_engine.h"

#include <signal.h>

#include <chrono>
#include <optional>
#include <utility>

#include "base/strings.h"
#include "engine/embedded/bundle.h"
#include "engine/embedded/cgroup.h"
#include "engine/embedded/foreground.h"
#include "engine/embedded/identity.h"
#include "engine/embedded/monitor.h"
#include "engine/embedded/rootfs.h"
#include "engine/embedded/sandbox_cgroup.h"
#include "linux/file.h"
#include "linux/wait.h"
#include "sandbox/sandbox.h"

namespace podsysctl::engine {
namespace {

using linux::NamespaceKind;
using store::Stage;

class EmbeddedEngine final : public Engine {
 public:
  EmbeddedEngine(EmbeddedOptions options, image::ImageStore images, RuntimeChoice choice,
                 CgroupLayout layout, const Clock& clock)
      : options_(std::move(options)),
        images_(std::move(images)),
        choice_(std::move(choice)),
        layout_(std::move(layout)),
        clock_(clock) {}

  std::string_view name() const override { return "embedded"; }
  std::string_view runtime() const override { return choice_.path; }

  Result<image::Resolved> resolve_image(const image::Wanted& wanted,
                                        image::Progress& progress) override {
    return images_.resolve(wanted, progress);
  }

  Result<SandboxState> make_sandbox(const SandboxRequest& request, Journal& journal) override {
    SandboxState state{.id = request.id};
    PSYS_TRY(journal.save(Stage::sandbox, state));
    PSYS_TRY_ASSIGN(sandbox::Newborn newborn, sandbox::create(sandbox_spec(request)));
    state.process = newborn.sandbox().pause;
    state.namespaces = namespaces_of(newborn.sandbox());
    PSYS_TRY(journal.save(Stage::sandbox, state));
    PSYS_TRY(newborn.release());
    cgroup_.start_move(layout_, request.id, state.process.pid);
    PSYS_TRY(connect(request, newborn.sandbox(), state, journal));
    return state;
  }

  Result<sysctl::Target> target(const SandboxState& state) override {
    return sandbox_of(state).target();
  }

  bool is_up(const SandboxState& state) override { return linux::is_alive(state.process); }

  Result<> remove_sandbox(const SandboxState& state) override {
    const bool networked = !state.network_record.empty();
    bool detach_last = false;
    if (networked) {
      PSYS_TRY_ASSIGN(detach_last, sandbox::goes_with_namespace(state.network_record));
    }
    if (networked && !detach_last) {
      PSYS_TRY(sandbox::detach_network(state.network_record));
    }
    cgroup_.finish_move();
    PSYS_TRY(sandbox::destroy(sandbox_of(state)));
    if (detach_last) {
      PSYS_TRY(sandbox::detach_network(state.network_record));
    }
    return remove_cgroup(layout_, cgroup_path_of(state.id));
  }

  Result<PreparedContainer> prepare_container(const ContainerRequest& request) override {
    PSYS_TRY_ASSIGN(const linux::Namespace mounts, sandbox_of(request.sandbox).mount_namespace());
    PSYS_TRY_ASSIGN(std::vector<std::string> warnings,
                    write_bundle(request, folders_of(request), layout_, mounts));
    return PreparedContainer{.warnings = std::move(warnings)};
  }

  std::expected<RunningContainer, StartFailure> start_container(
      const ContainerRequest& request) override {
    const auto inside = enter_running(request.sandbox);
    if (!inside) {
      return std::unexpected(inside.error());
    }
    if (const Result<> made = linux::make_directories(exit_folder(request.place), 0700); !made) {
      return std::unexpected(StartFailure{made.error()});
    }
    const OciRuntime runtime = runtime_in(*inside);
    const std::string bundle = bundle_folder(folders_of(request), request.id);
    const auto created = create_monitored(runtime, {.id = request.id,
                                                    .name = request.container.name,
                                                    .bundle = bundle,
                                                    .log_file = request.log_path,
                                                    .exit_dir = exit_folder(request.place),
                                                    .tty = request.container.tty,
                                                    .stdin_open = request.container.open_stdin});
    if (!created) {
      return std::unexpected(created.error());
    }
    if (const auto started = runtime.start(request.id); !started) {
      return std::unexpected(started.error());
    }
    return RunningContainer{created->container, created->monitor};
  }

  std::expected<int, StartFailure> run_container(const ContainerRequest& request,
                                                 const Streams& streams) override {
    const auto inside = enter_running(request.sandbox);
    if (!inside) {
      return std::unexpected(inside.error());
    }
    return run_in_foreground(runtime_in(*inside), request, folders_of(request), streams, clock_);
  }

  Result<std::optional<int>> exit_code(const ContainerRef& container) override {
    PSYS_TRY_ASSIGN(const std::optional<int> code,
                    read_exit_code(exit_folder(container.place), container.id));
    if (code || linux::is_alive(container.monitor)) {
      return code;
    }
    // The monitor writes the code before it ends: look once more now that it is gone.
    PSYS_TRY_ASSIGN(const std::optional<int> late,
                    read_exit_code(exit_folder(container.place), container.id));
    if (!late && !linux::is_alive(container.process)) {
      return Error::of(Code::not_found, "container {} ended and its monitor left no exit code",
                       container.id.substr(0, 12));
    }
    return late;
  }

  Result<> wait_for_change(const std::vector<ContainerRef>& containers,
                           const std::vector<linux::FdRef>& wakes,
                           std::chrono::milliseconds limit) override {
    std::vector<linux::ProcessId> processes;
    processes.reserve(containers.size());
    for (const ContainerRef& container : containers) {
      // A monitor that was killed tells nothing any more: then the container's own end counts. To
      // wait for the monitor would return at once, over and over, as long as the container runs.
      const bool orphaned =
          !linux::is_alive(container.monitor) && linux::is_alive(container.process);
      processes.push_back(orphaned ? container.process : container.monitor);
    }
    return linux::wait_for_any(processes, wakes, limit);
  }

  Result<> stop_containers(const std::vector<StopRequest>& requests,
                           std::chrono::milliseconds grace) override {
    const auto deadline = std::chrono::steady_clock::now() + grace;
    std::vector<linux::ProcessId> processes;
    for (const StopRequest& request : requests) {
      processes.push_back(process_of(request.container));
      PSYS_TRY(linux::send_signal(processes.back(), request.signal));
    }
    for (const linux::ProcessId& process : processes) {
      PSYS_TRY_ASSIGN(const bool gone, linux::wait_until_gone(process, time_until(deadline)));
      if (!gone) {
        PSYS_TRY(linux::kill_and_wait(process, kKillLimit));
      }
    }
    // The monitor notes the exit code before it ends.
    for (const StopRequest& request : requests) {
      PSYS_TRY(linux::wait_until_gone(request.container.monitor, kMonitorEnd));
    }
    return {};
  }

  Result<> remove_container(const ContainerRef& container) override {
    PSYS_TRY_ASSIGN(const Inside inside, enter(container.sandbox));
    PSYS_TRY(runtime_in(inside).remove(container.id));
    if (linux::is_alive(container.monitor)) {
      PSYS_TRY_ASSIGN(const bool gone, linux::wait_until_gone(container.monitor, kMonitorEnd));
      if (!gone) {
        PSYS_TRY(linux::kill_and_wait(container.monitor, kKillLimit));
      }
    }
    PSYS_TRY(remove_cgroup(layout_, cgroup_path_of(container.id)));
    return remove_bundle(folders_of(container), container.id);
  }

  std::expected<int, StartFailure> exec(const ContainerRef& container,
                                        const ExecCommand& command) override {
    const auto inside = enter_running(container.sandbox);
    if (!inside) {
      return std::unexpected(inside.error());
    }
    return exec_in_foreground(runtime_in(*inside), container, folders_of(container), command,
                              *inside->mounts);
  }

 private:
  static constexpr std::chrono::milliseconds kKillLimit{10'000};
  static constexpr std::chrono::milliseconds kMonitorEnd{2'000};

  [[nodiscard]] PodFolders folders(const PodPlace& place, const std::string& sandbox_id) const {
    return {place.folder, options_.run_folder + "/" + sandbox_id};
  }
  template <class Container>
  [[nodiscard]] PodFolders folders_of(const Container& container) const {
    return folders(container.place, container.sandbox.id);
  }

  static std::chrono::milliseconds time_until(std::chrono::steady_clock::time_point deadline) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(deadline -
                                                                 std::chrono::steady_clock::now());
  }

  // Of a container in the foreground only its runtime knows the process.
  [[nodiscard]] linux::ProcessId process_of(const ContainerRef& container) const {
    if (container.process.pid != 0) {
      return container.process;
    }
    const Result<std::string> text =
        linux::read_file(pid_file(folders_of(container), container.id), 64);
    const auto pid = text ? parse_number<pid_t>(trim(*text)) : std::nullopt;
    const Result<linux::ProcessId> id = pid ? linux::identify(*pid) : linux::ProcessId{};
    return id ? *id : linux::ProcessId{};
  }

  [[nodiscard]] sandbox::SandboxSpec sandbox_spec(const SandboxRequest& request) const {
    using sandbox::Ownership;
    const bool host_network = request.network == sandbox::NetworkMode::host;
    return {.id = request.id,
            .run_folder = options_.run_folder,
            .pause_program = options_.pause_program,
            .hostname = request.pod.hostname.empty() ? request.pod.name : request.pod.hostname,
            .net = host_network ? Ownership::host : Ownership::own,
            .ipc = request.pod.ipc == pod::Share::host ? Ownership::host : Ownership::own,
            .uts = host_network ? Ownership::host : Ownership::own,
            .share_process_namespace = request.pod.share_process_namespace,
            .hidden = choice_.unmount};
  }

  [[nodiscard]] sandbox::Sandbox sandbox_of(const SandboxState& state) const {
    return {state.id, options_.run_folder + "/" + state.id, state.process};
  }

  // Where a sandbox's containers are worked on, and the runtime that made them: no other knows
  // them.
  struct Inside {
    std::optional<linux::Namespace> mounts;  // empty once the sandbox has ended
    RuntimeChoice choice;
  };

  [[nodiscard]] Result<Inside> enter(const SandboxState& state) const {
    Inside inside{.choice = choice_};
    if (!state.runtime.empty() && state.runtime != choice_.path) {
      PSYS_TRY_ASSIGN(inside.choice, choose_runtime(state.runtime, layout_));
    }
    if (Result<linux::Namespace> mounts = sandbox_of(state).mount_namespace()) {
      inside.mounts.emplace(*std::move(mounts));
    }
    return inside;
  }

  // As enter(), for what needs the sandbox to be up.
  [[nodiscard]] std::expected<Inside, StartFailure> enter_running(const SandboxState& state) const {
    Result<Inside> inside = enter(state);
    if (!inside) {
      return std::unexpected(StartFailure{inside.error()});
    }
    if (!inside->mounts) {
      return std::unexpected(
          StartFailure{{Code::not_found, 0, fmt::format("sandbox {} is not running", state.id)}});
    }
    return *std::move(inside);
  }

  // Valid as long as `inside`.
  [[nodiscard]] OciRuntime runtime_in(const Inside& inside) const {
    return {inside.choice, options_.run_folder + "/runtime",
            inside.mounts ? &*inside.mounts : nullptr};
  }

  static std::vector<store::NamespaceRecord> namespaces_of(const sandbox::Sandbox& sandbox) {
    std::vector<store::NamespaceRecord> records;
    for (const NamespaceKind kind :
         {NamespaceKind::net, NamespaceKind::ipc, NamespaceKind::uts, NamespaceKind::pid}) {
      const auto pin = sandbox.pin(kind);
      // A pid namespace of its own belongs to each container where the pod does not share one.
      if (pin || kind != NamespaceKind::pid) {
        records.push_back({std::string(to_string(kind)), pin.value_or("host")});
      }
    }
    return records;
  }

  Result<> connect(const SandboxRequest& request, const sandbox::Sandbox& sandbox,
                   SandboxState& state, Journal& journal) const {
    sandbox::NetworkAttachment attachment;
    if (request.network == sandbox::NetworkMode::bridge) {
      PSYS_TRY_ASSIGN(sandbox::PreparedNetwork prepared,
                      sandbox::prepare_network({}, network_request(request, sandbox)));
      state.network_record = std::move(prepared.record);
      state.notices = std::move(prepared.notices);
      PSYS_TRY(journal.save(Stage::network, state));
      PSYS_TRY_ASSIGN(attachment, sandbox::attach_network(state.network_record));
      state.network_record = attachment.record;
      state.addresses = attachment.addresses;
      PSYS_TRY(journal.save(Stage::network, state));
    }
    return write_etc_files(request, folders(request.place, request.id), attachment);
  }

  [[nodiscard]] static sandbox::NetworkRequest network_request(const SandboxRequest& request,
                                                               const sandbox::Sandbox& sandbox) {
    sandbox::NetworkRequest network{.container_id = request.id,
                                    .netns_path = sandbox.folder + "/net",
                                    .pod_namespace = request.pod.namespace_,
                                    .pod_name = request.pod.name,
                                    .pod_uid = request.place.uid,
                                    .annotations = request.pod.annotations};
    for (const pod::Container& container : request.pod.containers) {
      network.ports.insert(network.ports.end(), container.ports.begin(), container.ports.end());
    }
    return network;
  }

  EmbeddedOptions options_;
  image::ImageStore images_;
  RuntimeChoice choice_;
  CgroupLayout layout_;
  const Clock& clock_;
  SandboxCgroup cgroup_;  // of the sandbox that was made last
};

}  // namespace

Result<std::unique_ptr<Engine>> make_embedded_engine(EmbeddedOptions options,
                                                     image::ImageStore images, const Clock& clock) {
  PSYS_TRY_ASSIGN(CgroupLayout layout, read_cgroup_layout());
  PSYS_TRY_ASSIGN(RuntimeChoice choice, choose_runtime(options.runtime, layout));
  return std::make_unique<EmbeddedEngine>(std::move(options), std::move(images), std::move(choice),
                                          std::move(layout), clock);
}

}  // namespace podsysctl::engine
