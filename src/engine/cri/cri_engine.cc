// SPDX-License-Identifier: Apache-2.0
#include "engine/cri/cri_engine.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>
#include <utility>

#include "base/fault_point.h"
#include "base/strings.h"
#include "cri/client.h"
#include "engine/cri/container_config.h"
#include "engine/cri/endpoint.h"
#include "engine/cri/failures.h"
#include "engine/cri/foreground.h"
#include "engine/cri/images.h"
#include "engine/cri/pod_files.h"
#include "engine/cri/runtime_containers.h"
#include "engine/cri/sandbox_config.h"
#include "engine/cri/sandbox_process.h"
#include "engine/refused_setting.h"
#include "linux/file.h"
#include "sandbox/network.h"
#include "sandbox/network_ports.h"

namespace podsysctl::engine {
namespace {

using std::chrono::milliseconds;
using store::Stage;

class CriEngine final : public Engine {
 public:
  CriEngine(std::string endpoint, const std::string& socket, std::string run_folder)
      : endpoint_(std::move(endpoint)), client_(socket), run_folder_(std::move(run_folder)) {}

  std::string_view name() const override { return "cri"; }
  std::string_view runtime() const override { return endpoint_; }
  bool hands_over_settings() const override { return true; }

  Result<image::Resolved> resolve_image(const image::Wanted& wanted,
                                        image::Progress& progress) override {
    return resolve_cri_image(client_, wanted, progress);
  }

  Result<SandboxState> make_sandbox(const SandboxRequest& request, Journal& journal) override {
    PSYS_TRY_ASSIGN(const cri::SandboxConfig config, sandbox_config(request));
    PSYS_TRY(linux::make_directories(config.log_directory, 0700));
    SandboxState state{.id = request.id, .runtime = endpoint_};
    // The network comes with the sandbox: both may be there from the next call on.
    PSYS_TRY(journal.save(Stage::network, state));
    PSYS_TRY(sandbox::claim_host_ports(claims_, {request.id, pod_name_of(request.pod)},
                                       published_ports(request)));
    Result<std::string> made = client_.run_sandbox(config, request.runtime_handler);
    if (!made) {
      return std::unexpected(
          explain_refused_setting(std::move(made).error(), request.settings_for_runtime));
    }
    fault_point("runtime-sandbox-made");
    state.runtime_id = *std::move(made);
    PSYS_TRY_ASSIGN(const cri::SandboxStatus status,
                    client_.sandbox_status(state.runtime_id, cri::Detail::verbose));
    PSYS_TRY_ASSIGN(SandboxProcess process, sandbox_process(status, config.namespaces));
    state.process = process.process;
    state.namespaces = std::move(process.namespaces);
    state.addresses = status.addresses;
    PSYS_TRY(journal.save(Stage::network, state));
    PSYS_TRY(write_hosts_file(request, state.addresses));
    return state;
  }

  Result<sysctl::Target> target(const SandboxState& sandbox) override {
    return target_of(sandbox.process, sandbox.namespaces);
  }

  bool is_up(const SandboxState& sandbox) override {
    if (sandbox.process.pid != 0) {
      return linux::is_alive(sandbox.process);
    }
    const auto status = client_.sandbox_status(sandbox.runtime_id, cri::Detail::brief);
    return status && status->sandbox.state == cri::SandboxState::ready;
  }

  Result<> remove_sandbox(const SandboxState& sandbox) override {
    // Also those that were made by a command that was killed before it heard of them.
    PSYS_TRY_ASSIGN(const auto found,
                    client_.sandboxes({.labels = {{std::string(kSandboxLabel), sandbox.id}}}));
    for (const cri::Sandbox& each : found) {
      PSYS_TRY(client_.stop_sandbox(each.id));
      PSYS_TRY(client_.remove_sandbox(each.id));
    }
    PSYS_TRY(sandbox::release_host_ports(claims_, sandbox.id));
    return remove_mounts(run_folder_of(sandbox));
  }

  Result<PreparedContainer> prepare_container(const ContainerRequest& request) override {
    PSYS_TRY_ASSIGN(const auto binds, prepare_mounts(request, run_folder_of(request.sandbox)));
    PSYS_TRY_ASSIGN(const cri::ContainerConfig config, container_config(request, binds));
    PSYS_TRY_ASSIGN(std::string id, client_.create_container(request.sandbox.runtime_id, config,
                                                             base_config(request.place, request.pod,
                                                                         request.sandbox.id)));
    fault_point("runtime-container-made");
    return PreparedContainer{.warnings = {}, .runtime_id = std::move(id)};
  }

  std::expected<RunningContainer, StartFailure> start_container(
      const ContainerRequest& request) override {
    if (const Result<> started = client_.start_container(request.runtime_id); !started) {
      return std::unexpected(explain_start_failure(started.error()));
    }
    return RunningContainer{.process = containers_.process_of(request.runtime_id), .monitor = {}};
  }

  std::expected<int, StartFailure> run_container(const ContainerRequest& request,
                                                 const Streams& streams) override {
    return run_attached({client_, containers_}, request, streams,
                        [&] { return start_container(request); });
  }

  Result<std::optional<int>> exit_code(const ContainerRef& container) override {
    PSYS_TRY_ASSIGN(const std::string id, containers_.id_of(container));
    if (linux::is_alive(container.process)) {
      return std::nullopt;
    }
    return containers_.ended_within(id,
                                    container.process.pid == 0 ? milliseconds(0) : kNoticeLimit);
  }

  Result<> stop_containers(const std::vector<StopRequest>& requests, milliseconds grace) override {
    return containers_.stop(requests, grace);
  }

  Result<> remove_container(const ContainerRef& container) override {
    return containers_.remove(container);
  }

  std::expected<int, StartFailure> exec(const ContainerRef& container,
                                        const ExecCommand& command) override {
    const Result<std::string> id = containers_.id_of(container);
    if (!id) {
      return std::unexpected(StartFailure{id.error()});
    }
    const Result<int> code = exec_attached(client_, *id, command);
    return code ? std::expected<int, StartFailure>(*code)
                : std::unexpected(explain_start_failure(code.error()));
  }

 private:
  static std::string pod_name_of(const pod::PodSpec& pod) {
    return fmt::format("{}/{}", pod.namespace_, pod.name);
  }

  static std::vector<pod::Port> published_ports(const SandboxRequest& request) {
    std::vector<pod::Port> ports;
    if (request.network == sandbox::NetworkMode::bridge) {
      for (const pod::Container& container : request.pod.containers) {
        std::ranges::copy_if(container.ports, std::back_inserter(ports),
                             [](const pod::Port& port) { return port.host_port != 0; });
      }
    }
    return ports;
  }

  [[nodiscard]] std::string run_folder_of(const SandboxState& sandbox) const {
    return run_folder_ + "/" + sandbox.id;
  }

  std::string endpoint_;
  cri::Client client_;
  RuntimeContainers containers_{client_};
  std::string run_folder_;
  // Shared with the embedded engine's: plugins take a port twice without a word.
  std::string claims_ = sandbox::NetworkPaths{}.data_dir;
};

}  // namespace

Result<std::unique_ptr<Engine>> make_cri_engine(const CriOptions& options) {
  PSYS_TRY_ASSIGN(const std::string endpoint, find_endpoint(options.endpoint, usual_sockets()));
  PSYS_TRY_ASSIGN(const std::string socket, socket_of_endpoint(endpoint));
  return std::make_unique<CriEngine>(endpoint, socket, options.run_folder);
}

}  // namespace podsysctl::engine
