// SPDX-License-Identifier: Apache-2.0
#include "engine/docker/docker_engine.h"

#include <signal.h>

#include <algorithm>

#include "docker/address.h"
#include "docker/daemon.h"
#include "engine/docker/ending.h"
#include "engine/docker/foreground.h"
#include "engine/docker/images.h"
#include "engine/docker/log_file.h"
#include "engine/docker/names.h"
#include "engine/docker/pause_image.h"
#include "engine/docker/plan.h"
#include "engine/docker/process.h"
#include "engine/refused_setting.h"
#include "linux/file.h"

namespace podsysctl::engine {
namespace {

using docker::Container;
using docker::Daemon;
using std::chrono::milliseconds;
using store::Stage;

std::unexpected<StartFailure> failed(Error error) {
  return std::unexpected(StartFailure{std::move(error)});
}

int exit_code_of(const Container& container) {
  return static_cast<int>(std::clamp<std::int64_t>(container.exit_code, 0, 255));
}

class DockerEngine final : public Engine {
 public:
  DockerEngine(DockerOptions options, Daemon daemon, CgroupLayout layout)
      : options_(std::move(options)), daemon_(std::move(daemon)), layout_(std::move(layout)) {}

  std::string_view name() const override { return "docker"; }
  std::string_view runtime() const override { return daemon_.endpoint().text; }
  bool hands_over_settings() const override { return true; }
  bool joins_containers() const override { return true; }
  bool begins_with_container(const SandboxState& state) const override {
    return !state.network_record.empty();
  }

  Result<image::Resolved> resolve_image(const image::Wanted& wanted,
                                        image::Progress& progress) override {
    return resolve_docker_image(daemon_, wanted, progress);
  }

  Result<SandboxState> make_sandbox(const SandboxRequest& request, Journal& journal) override {
    SandboxState state{.id = request.id};
    if (const auto single = plan_single(request)) {
      state.network_record = to_record(*single);
      PSYS_TRY(journal.save(Stage::sandbox, state));
      return state;
    }
    PSYS_TRY_ASSIGN(const std::string image, ensure_pause_image(daemon_, options_.pause_program));
    PSYS_TRY(journal.save(Stage::sandbox, state));
    PSYS_TRY_ASSIGN(const docker::CreatedContainer created,
                    daemon_.create(docker_name(request.id), plan_pause(request, image)));
    state.runtime_id = created.id;
    state.notices = created.warnings;
    if (Result<> started = daemon_.start(created.id); !started) {
      return std::unexpected(
          explain_refused_setting(std::move(started).error().within("start the pause container"),
                                  request.settings_for_runtime));
    }
    PSYS_TRY_ASSIGN(const Container pause, daemon_.inspect(created.id));
    PSYS_TRY_ASSIGN(state.process, process_of(pause, runtime()));
    state.addresses = pause.addresses;
    state.namespaces = pause_namespaces(request, state.process.pid);
    if (request.shape == Shape::one_container) {
      state.notices.emplace_back(
          "a pause container holds the namespaces: some of the kernel parameters have to be "
          "written in order, before the container starts, which Docker does not do");
    }
    PSYS_TRY(journal.save(Stage::sandbox, state));
    return state;
  }

  Result<sysctl::Target> target(const SandboxState& state) override {
    PSYS_TRY_ASSIGN(const linux::HostNamespaces host, linux::HostNamespaces::read());
    return sysctl::Target::of_process(state.process, host);
  }

  bool is_up(const SandboxState& state) override { return linux::is_alive(state.process); }

  // Found by its label: whatever a killed command may have left.
  Result<> remove_sandbox(const SandboxState& state) override {
    PSYS_TRY_ASSIGN(const auto left, daemon_.list(fmt::format("{}={}", kLabelSandbox, state.id)));
    for (const docker::ListedContainer& container : left) {
      PSYS_TRY(daemon_.remove(container.id));
    }
    return remove_mounts(run_folder(state.id));
  }

  Result<PreparedContainer> prepare_container(const ContainerRequest& request) override {
    PSYS_TRY_ASSIGN(const linux::Namespace mounts,
                    linux::Namespace::own(linux::NamespaceKind::mnt));
    const VolumeHome home{request.place.folder + "/volumes",
                          run_folder(request.sandbox.id) + "/volumes", &mounts};
    PSYS_TRY_ASSIGN(const std::vector<BindMount> binds, bind_volumes(request, home));
    PSYS_TRY_ASSIGN(const auto single, single_container_of(request.sandbox.network_record));
    PSYS_TRY_ASSIGN(ContainerPlan plan,
                    plan_container(request, binds, layout_, single, docker_id(request.sandbox)));
    PSYS_TRY_ASSIGN(const docker::CreatedContainer created,
                    daemon_.create(docker_name(request.id), plan.spec));
    PreparedContainer prepared{.warnings = std::move(plan.warnings), .runtime_id = created.id};
    std::ranges::copy(created.warnings, std::back_inserter(prepared.warnings));
    return prepared;
  }

  std::expected<RunningContainer, StartFailure> start_container(
      const ContainerRequest& request) override {
    Result<Container> started = start(request);
    if (!started) {
      // Of a container that is its own sandbox the settings are its own.
      const bool with_settings = begins_with_container(request.sandbox);
      return std::unexpected(start_failure_of(
          with_settings ? explain_refused_setting(std::move(started).error(), request.pod.sysctls)
                        : started.error()));
    }
    Result<linux::ProcessId> process = settle(request, *started);
    if (!process) {
      return failed(std::move(process).error());
    }
    return RunningContainer{.process = *process};
  }

  std::expected<int, StartFailure> run_container(const ContainerRequest& request,
                                                 const Streams& streams) override {
    return run_attached(daemon_, request, streams, [&]() -> std::optional<StartFailure> {
      const auto started = start_container(request);
      return started ? std::nullopt : std::optional(started.error());
    });
  }

  Result<std::optional<int>> exit_code(const ContainerRef& container) override {
    const Result<Container> found = daemon_.inspect(docker_id(container));
    if (!found) {
      // A daemon that is away for a while says nothing about a container that goes on.
      const bool away = found.error().code == Code::unavailable;
      return away && linux::is_alive(container.process) ? Result<std::optional<int>>(std::nullopt)
                                                        : std::unexpected(found.error());
    }
    if (!found->running) {
      return exit_code_of(*found);
    }
    if (container.process.pid == 0 || linux::is_alive(container.process)) {
      return std::optional<int>{};
    }
    // The process is gone; the daemon notes its end once all output has been logged.
    PSYS_TRY_ASSIGN(const int code, daemon_.wait(docker_id(container), kEndLimit));
    return code;
  }

  Result<> stop_containers(const std::vector<StopRequest>& requests, milliseconds grace) override {
    return end_containers(daemon_, requests, grace);
  }

  Result<> remove_container(const ContainerRef& container) override {
    if (!container.log_path.empty()) {
      PSYS_TRY(keep_log(container.log_path));
    }
    return daemon_.remove(docker_id(container));
  }

  std::expected<int, StartFailure> exec(const ContainerRef& container,
                                        const ExecCommand& command) override {
    const Result<int> code = exec_attached(daemon_, docker_id(container), command);
    return code ? std::expected<int, StartFailure>(*code)
                : std::unexpected(start_failure_of(code.error()));
  }

 private:
  [[nodiscard]] std::string run_folder(const std::string& sandbox_id) const {
    return fmt::format("{}/{}", options_.run_folder, sandbox_id);
  }

  Result<Container> start(const ContainerRequest& request) {
    const std::string id = docker_id(request);
    PSYS_TRY(daemon_.start(id));
    PSYS_TRY_ASSIGN(Container started, daemon_.inspect(id));
    if (!started.log_path.empty() && !request.log_path.empty()) {
      PSYS_TRY(link_log(started.log_path, request.log_path));
    }
    return started;
  }

  // The process, once what is to be true of it has been seen; none where it has ended already.
  Result<linux::ProcessId> settle(const ContainerRequest& request, const Container& started) {
    Result<linux::ProcessId> process = process_of(started, runtime());
    if (!process && process.error().code == Code::not_found) {
      process = linux::ProcessId{};
    }
    PSYS_TRY(process);
    if (request.on_started) {
      if (const Result<> settled = request.on_started(*process); !settled) {
        [[maybe_unused]] const Result<> killed = daemon_.kill(started.id, SIGKILL);
        return std::unexpected(settled.error());
      }
    }
    return process;
  }

  DockerOptions options_;
  Daemon daemon_;
  CgroupLayout layout_;
};

}  // namespace

Result<std::unique_ptr<Engine>> make_docker_engine(DockerOptions options) {
  docker::Surroundings surroundings = docker::read_surroundings();
  if (!options.address.empty()) {
    if (options.address.find("://") == std::string::npos) {
      return Error::of(Code::unsupported,
                       "--runtime {}: Docker's daemon chooses the OCI runtime (default-runtime of "
                       "its daemon.json); with --engine docker, --runtime is the daemon's address, "
                       "as DOCKER_HOST",
                       options.address);
    }
    surroundings.host = options.address;
  }
  PSYS_TRY_ASSIGN(http::Endpoint endpoint, docker::find_daemon(surroundings));
  PSYS_TRY_ASSIGN(Daemon daemon, Daemon::open(std::move(endpoint)));
  PSYS_TRY_ASSIGN(CgroupLayout layout, read_cgroup_layout());
  return std::make_unique<DockerEngine>(std::move(options), std::move(daemon), std::move(layout));
}

}  // namespace podsysctl::engine
