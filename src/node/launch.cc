// SPDX-License-Identifier: Apache-2.0
#include "node/launch.h"

#include <unistd.h>

#include "base/fault_point.h"
#include "base/strings.h"
#include "enforce/handover.h"
#include "linux/file.h"
#include "node/events.h"
#include "node/facts.h"
#include "node/ids.h"
#include "node/images.h"
#include "node/init_containers.h"
#include "node/kept_spec.h"
#include "node/kernel_answers.h"
#include "node/put_sysctls.h"
#include "node/teardown.h"
#include "pod/runtime_facts.h"
#include "sandbox/network_ports.h"

namespace podsysctl::node {
namespace {

using pod::PodSpec;
using store::PodRecord;
using store::Stage;

LaunchFailure failure_of(std::string_view reason, const Error& error) {
  return {.reason = std::string(reason), .message = error.message};
}

std::vector<store::HostPort> host_ports_of(const PodSpec& spec) {
  std::vector<store::HostPort> ports;
  for (const pod::Container& container : spec.containers) {
    for (const pod::Port& port : container.ports) {
      if (port.host_port != 0) {
        ports.push_back({std::string(sandbox::to_string(port.protocol)), port.host_ip,
                         port.host_port, port.container_port});
      }
    }
  }
  return ports;
}

Result<PodRecord> record_pod(const EngineNode& node, const PodSpec& spec,
                             const LaunchOptions& options) {
  PSYS_TRY_ASSIGN(const linux::ProcessId owner, linux::identify(::getpid()));
  PodRecord pod{.uid = new_uid(),
                .name = spec.name,
                .namespace_ = spec.namespace_,
                .engine = std::string(node.engine.name()),
                .runtime = std::string(node.engine.runtime()),
                .sandbox_id = new_id(),
                .owner = owner,
                .attachment = options.attachment,
                .after_exit = options.after_exit,
                .grace = spec.termination_grace,
                .created = node.clock.now(),
                .host_ports = host_ports_of(spec)};
  if (options.source) {
    pod.source = options.source->path;
    pod.source_hash = options.source->hash;
  }
  PSYS_TRY(node.store.insert_pod(pod));
  fault_point("recorded");
  // Volumes may be writable for everyone: nobody else of this host gets as far as them.
  PSYS_TRY(linux::make_directories(node.root + "/pods", 0711));
  PSYS_TRY(linux::make_directories(place_of(node, pod.uid).folder, 0700));
  return pod;
}

policy::HostNamespaces host_namespaces(const PodSpec& spec, const LaunchOptions& options) {
  policy::HostNamespaces host;
  if (options.change_joined == ChangeJoined::no) {
    host.net = options.joined.network.empty() ? host.net : policy::NamespaceMode::joined;
    host.ipc = options.joined.ipc.empty() ? host.ipc : policy::NamespaceMode::joined;
  }
  if (options.network == sandbox::NetworkMode::host) {
    host.net = policy::NamespaceMode::host;
  }
  if (spec.ipc == pod::Share::host) {
    host.ipc = policy::NamespaceMode::host;
  }
  return host;
}

// Keeps what the engine makes in the pod's record.
class RecordJournal final : public engine::Journal {
 public:
  RecordJournal(const Node& node, std::string uid) : node_(node), uid_(std::move(uid)) {}

  Result<> save(Stage stage, const engine::SandboxState& state) override {
    PSYS_TRY(node_.store.modify_pod(uid_, [&](PodRecord& record) -> Result<> {
      record.stage = stage;
      record.sandbox_process = state.process;
      record.runtime_id = state.runtime_id;
      record.network_state = state.network_record;
      return {};
    }));
    if (!state.namespaces.empty() && !namespaces_saved_) {
      PSYS_TRY(node_.store.put_namespaces(uid_, state.namespaces));
      namespaces_saved_ = true;
    }
    // "saved-sandbox-1" before the sandbox is made, "-2" after, and so on.
    fault_point(fmt::format("saved-{}-{}", to_string(stage), ++saves_));
    return {};
  }

 private:
  const Node& node_;
  std::string uid_;
  bool namespaces_saved_ = false;
  int saves_ = 0;
};

// Its first address without the prefix length; "" where it has no network.
std::string address_of(const engine::SandboxState& state) {
  return state.addresses.empty() ? "" : state.addresses[0].substr(0, state.addresses[0].find('/'));
}

Result<> keep_spec(const Node& node, const std::string& uid, const Source& source,
                   const engine::SandboxState& state) {
  PSYS_TRY(node.store.modify_pod(uid, [&](PodRecord& record) -> Result<> {
    record.spec = to_text({source.manifest, address_of(state)});
    return {};
  }));
  return {};
}

Result<> make_sandbox(const EngineNode& node, const PodRecord& pod, PodSpec& spec,
                      const LaunchOptions& options) {
  RecordJournal journal(node, pod.uid);
  const engine::SandboxRequest request{.place = place_of(node, pod.uid),
                                       .id = pod.sandbox_id,
                                       .pod = spec,
                                       .network = options.network,
                                       .joined = options.joined,
                                       .shape = options.door == enforce::Door::flags
                                                    ? engine::Shape::one_container
                                                    : engine::Shape::pod,
                                       .runtime_handler = options.runtime_handler,
                                       .settings_for_runtime = enforce::for_runtime(spec.sysctls)};
  PSYS_TRY_ASSIGN(const engine::SandboxState state, node.engine.make_sandbox(request, journal));
  for (const std::string& notice : state.notices) {
    node.reporter.warn(notice);
  }
  pod::fill_in(spec, facts_of(node, pod, address_of(state), spec.network));
  return options.source ? keep_spec(node, pod.uid, *options.source, state) : Result<>{};
}

LaunchFailure sysctls_failed(const Node& node, const std::vector<sysctl::Setting>& settings,
                             const Error& error) {
  std::vector<policy::Verdict> offenders = explain_refused_write(node, settings, error);
  if (offenders.empty()) {
    return failure_of(kSysctlFailed, error);
  }
  if (error.code == Code::partial_apply) {
    node.reporter.warn(error.message);
  }
  const policy::Verdict first = offenders.front();
  return {.reason = first.reason(), .message = first.message(), .offenders = std::move(offenders)};
}

// The runtime may have been refused a setting that it was handed: told in the words of the engines
// that write it themselves, beside the runtime's own.
LaunchFailure sandbox_failed(const EngineNode& node, const std::vector<sysctl::Setting>& settings,
                             const Error& error) {
  std::vector<policy::Verdict> offenders;
  if (node.engine.hands_over_settings()) {
    offenders = explain_refused_write(node, settings, error);
  }
  if (offenders.empty()) {
    return failure_of("FailedCreatePodSandBox", error);
  }
  node.reporter.warn(error.message);
  const policy::Verdict first = offenders.front();
  return {.reason = first.reason(), .message = first.message(), .offenders = std::move(offenders)};
}

LaunchFailure refuse(const Node& node, const PodRecord& pod, const PodSpec& spec,
                     policy::Rejection rejection) {
  LaunchFailure failure{.reason = rejection.reason,
                        .message = rejection.message,
                        .offenders = std::move(rejection.offenders),
                        .uid = pod.uid};
  std::vector<Result<>> notes;
  notes.push_back(put_refused(node, pod, spec.sysctls));
  notes.push_back(warn(node, pod, rejection.reason, rejection.message));
  notes.push_back(stop_pod(node, pod.uid,
                           Ending{.reason = rejection.reason, .message = rejection.status_message},
                           std::chrono::milliseconds(0)));
  for (const Result<>& noted : notes) {
    if (!noted) {
      node.reporter.warn(noted.error().message);
    }
  }
  return failure;
}

struct Images {
  std::vector<PlannedContainer> init;
  std::vector<PlannedContainer> regular;
};

Result<Images> resolve_all(const EngineNode& node, const PodSpec& spec,
                           const LaunchOptions& options) {
  Images images;
  PSYS_TRY_ASSIGN(images.init, plan_containers(node, spec, spec.init_containers,
                                               store::ContainerKind::init, options.pull));
  PSYS_TRY_ASSIGN(images.regular, plan_containers(node, spec, spec.containers,
                                                  store::ContainerKind::regular, options.pull));
  return images;
}

// Everything between the verdicts and the regular containers.
std::expected<LaunchedPod, LaunchFailure> bring_up(const EngineNode& node,
                                                   const PodRecord& recorded, PodSpec& spec,
                                                   const LaunchOptions& options) {
  Result<Images> images = resolve_all(node, spec, options);
  if (!images) {
    return std::unexpected(failure_of("ErrImagePull", images.error()));
  }
  if (const Result<> made = make_sandbox(node, recorded, spec, options); !made) {
    return std::unexpected(sandbox_failed(node, spec.sysctls, made.error()));
  }
  const Result<PodRecord> pod = node.store.pod(recorded.uid);
  if (!pod) {
    return std::unexpected(failure_of("FailedCreatePodSandBox", pod.error()));
  }
  if (node.engine.begins_with_container(sandbox_of(*pod))) {
    return LaunchedPod{*pod, std::move(images->regular), {}};
  }
  const auto begun = std::chrono::steady_clock::now();
  if (const Result<> put = put_sysctls(node, *pod, spec.sysctls); !put) {
    return std::unexpected(sysctls_failed(node, spec.sysctls, put.error()));
  }
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - begun);
  if (const Result<> staged = node.store.set_stage(pod->uid, Stage::containers); !staged) {
    return std::unexpected(failure_of("Failed", staged.error()));
  }
  if (const Result<> completed = run_init_containers(node, *pod, spec, images->init); !completed) {
    return std::unexpected(failure_of("InitContainerFailed", completed.error()));
  }
  return LaunchedPod{*pod, std::move(images->regular), took};
}

}  // namespace

std::expected<LaunchedPod, LaunchFailure> launch(const EngineNode& node, PodSpec& spec,
                                                 const policy::Allowlist& allowlist,
                                                 const LaunchOptions& options) {
  const Result<PodRecord> pod = record_pod(node, spec, options);
  if (!pod) {
    return std::unexpected(failure_of("Failed", pod.error()));
  }
  const enforce::Context context{.door = options.door,
                                 .host = host_namespaces(spec, options),
                                 .allowlist = allowlist,
                                 .kernel = sysctl::running_kernel(),
                                 .probed = kernel_answers(node, spec.sysctls)};
  if (auto rejection = enforce::judge(spec.sysctls, context)) {
    return std::unexpected(refuse(node, *pod, spec, *std::move(rejection)));
  }
  auto launched = bring_up(node, *pod, spec, options);
  if (!launched) {
    return std::unexpected(give_up(node, *pod, std::move(launched).error()));
  }
  return launched;
}

std::expected<std::vector<store::ContainerRecord>, LaunchFailure> start_all(
    const EngineNode& node, const LaunchedPod& launched, const PodSpec& spec) {
  std::vector<store::ContainerRecord> started;
  for (const PlannedContainer& planned : launched.containers) {
    const auto recorded = record_container(node, launched.pod, planned);
    if (!recorded) {
      return std::unexpected(failure_of("Failed", recorded.error()));
    }
    auto container = start_recorded(node, launched.pod, spec, planned, *recorded);
    if (!container) {
      LaunchFailure failure = failure_of("Failed", container.error().error);
      failure.exit_code = container.error().exit_code;
      return std::unexpected(std::move(failure));
    }
    started.push_back(*std::move(container));
  }
  return started;
}

Result<> note_running(const Node& node, const std::string& uid) {
  PSYS_TRY(node.store.modify_pod(uid, [&](PodRecord& record) -> Result<> {
    record.stage = Stage::started;
    record.phase = store::PodPhase::running;
    record.started = node.clock.now();
    return {};
  }));
  fault_point("started");
  return {};
}

std::expected<std::vector<store::ContainerRecord>, LaunchFailure> start_for_good(
    const EngineNode& node, const LaunchedPod& launched, const PodSpec& spec) {
  auto started = start_all(node, launched, spec);
  if (!started) {
    return std::unexpected(give_up(node, launched.pod, std::move(started).error()));
  }
  if (const Result<> noted = note_running(node, launched.pod.uid); !noted) {
    return std::unexpected(give_up(node, launched.pod, failure_of("Failed", noted.error())));
  }
  return started;
}

LaunchFailure give_up(const Node& node, const PodRecord& pod, LaunchFailure failure) {
  failure.uid = pod.uid;
  for (const Result<>& noted :
       {warn(node, pod, failure.reason, failure.message),
        stop_pod(node, pod.uid, Ending{.reason = failure.reason, .message = failure.message},
                 std::chrono::milliseconds(0))}) {
    if (!noted) {
      failure.message += "; " + noted.error().message;
    }
  }
  return failure;
}

}  // namespace podsysctl::node
