// SPDX-License-Identifier: Apache-2.0
#include "node/launch.h"

#include <unistd.h>

#include "base/fault_point.h"
#include "linux/file.h"
#include "node/ids.h"
#include "node/images.h"
#include "node/init_containers.h"
#include "node/kernel_answers.h"
#include "node/make_sandbox.h"
#include "node/put_sysctls.h"
#include "sandbox/network_ports.h"
#include "store/writable.h"

namespace podsysctl::node {
namespace {

using pod::PodSpec;
using store::PodRecord;
using store::Stage;

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
  return pod;
}

// Volumes may be writable for everyone: nobody else of this host gets as far as them.
Result<> make_folder(const Node& node, const PodRecord& pod) {
  PSYS_TRY(linux::make_directories(node.root + "/pods", 0711));
  return linux::make_directories(place_of(node, pod.uid).folder, 0700);
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
  if (const Result<> made = store::with_way_out(make_folder(node, *pod)); !made) {
    return std::unexpected(give_up(node, *pod, failure_of("Failed", made.error())));
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
      return std::unexpected(start_failed(node, launched.pod, spec, container.error()));
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

}  // namespace podsysctl::node
