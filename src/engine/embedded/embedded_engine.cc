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
#include "engine/embedded/sandbox_parts.h"
#include "linux/file.h"
#include "linux/wait.h"
#include "sandbox/sandbox.h"

namespace podsysctl::engine {
namespace {

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
    PSYS_TRY_ASSIGN(sandbox::Newborn newborn,
                    sandbox::create(sandbox_spec(
                        request, {options_.run_folder, options_.pause_program, choice_.unmount})));
    state.process = newborn.sandbox().pause;
    state.namespaces = namespaces_of(newborn.sandbox());
    PSYS_TRY(journal.save(Stage::sandbox, state));
    PSYS_TRY(newborn.release());
    PSYS_TRY(connect_sandbox(request, newborn.sandbox(), folders(request.place, request.id), state,
                             journal));
    // Not before: what CNI plugins start would wait for the move, and the runtime once more.
    cgroup_.start_move(layout_, request.id, state.process.pid);
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
    return exit_code_of(exit_folder(container.place), container.id,
                        {container.monitor, container.process});
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
    std::vector<Ending> endings;
    endings.reserve(requests.size());
    for (const StopRequest& request : requests) {
      endings.push_back({process_of(request.container), request.container.monitor, request.signal});
    }
    return end_monitored(endings, grace);
  }

  Result<> remove_container(const ContainerRef& container) override {
    PSYS_TRY_ASSIGN(const Inside inside, enter(container.sandbox));
    PSYS_TRY(runtime_in(inside).remove(container.id));
    PSYS_TRY(end_monitor(container.monitor));
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
  [[nodiscard]] PodFolders folders(const PodPlace& place, const std::string& sandbox_id) const {
    return {place.folder, options_.run_folder + "/" + sandbox_id};
  }
  template <class Container>
  [[nodiscard]] PodFolders folders_of(const Container& container) const {
    return folders(container.place, container.sandbox.id);
  }

  // Of a container in the foreground only its runtime knows the process.
  [[nodiscard]] linux::ProcessId process_of(const ContainerRef& container) const {
    return container.process.pid != 0 ? container.process
                                      : process_in_bundle(folders_of(container), container.id);
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
