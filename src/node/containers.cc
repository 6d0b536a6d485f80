// SPDX-License-Identifier: Apache-2.0
#include "node/containers.h"

#include <signal.h>

#include "base/fault_point.h"
#include "base/strings.h"
#include "linux/file.h"
#include "linux/signal_names.h"
#include "node/ids.h"
#include "node/put_sysctls.h"
#include "sysctl/target.h"

namespace podsysctl::node {
namespace {

using engine::StartFailure;
using store::ContainerRecord;
using store::ContainerState;

constexpr std::chrono::milliseconds kEnding{2'000};
constexpr int kKilled = 137;  // 128 + SIGKILL: how a container ends whose monitor is gone as well

std::vector<store::NamespaceRecord> namespaces_of(const linux::ProcessId& process,
                                                  const sysctl::Target& target) {
  const std::pair<std::string_view, bool> own[] = {{"net", target.net.has_value()},
                                                   {"ipc", target.ipc.has_value()},
                                                   {"uts", target.uts.has_value()}};
  std::vector<store::NamespaceRecord> records;
  for (const auto& [kind, is_own] : own) {
    records.push_back(
        {std::string(kind), is_own ? fmt::format("/proc/{}/ns/{}", process.pid, kind) : "host"});
  }
  return records;
}

// The container is the sandbox: its namespaces are known, and proven, once its process is there.
// One that has ended by then was started by a runtime that reported no failure: that is all there
// is.
Result<> settle_in_container(const EngineNode& node, const store::PodRecord& pod,
                             const pod::PodSpec& spec, const linux::ProcessId& process) {
  if (process.pid != 0) {
    PSYS_TRY(node.store.modify_pod(pod.uid, [&](store::PodRecord& record) -> Result<> {
      record.sandbox_process = process;
      return {};
    }));
  }
  PSYS_TRY_ASSIGN(const linux::HostNamespaces host, linux::HostNamespaces::read());
  const Result<sysctl::Target> target = sysctl::Target::of_process(process, host);
  if (!target) {
    // A process that ends gives up its namespaces before it is gone.
    const Result<bool> gone = linux::wait_until_gone(process, kEnding);
    return gone && *gone ? put_unseen(node, pod, spec.sysctls) : std::unexpected(target.error());
  }
  PSYS_TRY(node.store.put_namespaces(pod.uid, namespaces_of(process, *target)));
  return put_sysctls(node, pod, spec.sysctls, *target);
}

engine::ContainerRequest request_of(const EngineNode& node, const store::PodRecord& pod,
                                    const pod::PodSpec& spec, const PlannedContainer& planned,
                                    const ContainerRecord& recorded,
                                    const engine::SandboxState& sandbox) {
  engine::ContainerRequest request{.place = place_of(node, pod.uid),
                                   .id = recorded.id,
                                   .pod = spec,
                                   .container = *planned.spec,
                                   .image = planned.image,
                                   .sandbox = sandbox,
                                   .log_path = recorded.log_path};
  if (node.engine.begins_with_container(sandbox)) {
    request.on_started = [&node, &pod, &spec](const linux::ProcessId& process) {
      return settle_in_container(node, pod, spec, process);
    };
  }
  return request;
}

Result<> prepare(const EngineNode& node, engine::ContainerRequest& request) {
  PSYS_TRY_ASSIGN(const engine::PreparedContainer prepared, node.engine.prepare_container(request));
  for (const std::string& warning : prepared.warnings) {
    node.reporter.warn(warning);
  }
  if (!prepared.runtime_id.empty()) {
    request.runtime_id = prepared.runtime_id;
    PSYS_TRY(node.store.modify_container(request.id, [&](ContainerRecord& record) -> Result<> {
      record.runtime_id = prepared.runtime_id;
      return {};
    }));
  }
  fault_point("container-prepared");
  return {};
}

Result<> note_start(const EngineNode& node, const std::string& id,
                    const engine::RunningContainer& running) {
  PSYS_TRY(node.store.modify_container(id, [&](ContainerRecord& record) -> Result<> {
    record.state = ContainerState::running;
    record.process = running.process;
    record.monitor = running.monitor;
    record.started = node.clock.now();
    return {};
  }));
  return {};
}

void set_exit(ContainerRecord& record, int code, Timestamp now) {
  record.state = ContainerState::exited;
  record.exit_code = code;
  record.reason = code == 0 ? "Completed" : "Error";
  record.finished = now;
}

// Returned as it came; the record says the same.
StartFailure note_failure(const Node& node, const std::string& id, StartFailure failure) {
  const Result<ContainerRecord> noted =
      node.store.modify_container(id, [&](ContainerRecord& record) -> Result<> {
        record.state = ContainerState::failed;
        record.reason = "StartError";
        record.message = failure.error.message;
        record.exit_code = failure.exit_code;
        record.finished = node.clock.now();
        return {};
      });
  if (!noted) {
    failure.error.message += "; " + noted.error().message;
  }
  return failure;
}

// What the image asks to be ended with, as docker and Kubernetes do.
int stop_signal_of(const Node& node, const PlannedContainer& planned) {
  const std::string& asked = planned.image.config.stop_signal;
  if (asked.empty()) {
    return SIGTERM;
  }
  const std::optional<int> signal = linux::parse_signal(asked);
  if (!signal) {
    node.reporter.warn(fmt::format(
        "container {}: its image asks to be stopped with {}, which is no signal of this "
        "host; it will be stopped with SIGTERM",
        planned.spec->name, in_quotes(asked)));
  }
  return signal.value_or(SIGTERM);
}

}  // namespace

std::string log_path(const Node& node, const store::PodRecord& pod, const std::string& container) {
  return fmt::format("{}/logs/{}.log", place_of(node, pod.uid).folder, container);
}

Result<ContainerRecord> record_container(const Node& node, const store::PodRecord& pod,
                                         const PlannedContainer& planned) {
  PSYS_TRY(linux::make_directories(place_of(node, pod.uid).folder + "/logs", 0700));
  ContainerRecord record{.id = new_id(),
                         .pod_uid = pod.uid,
                         .name = planned.spec->name,
                         .kind = planned.kind,
                         .image = planned.spec->image,
                         .log_path = log_path(node, pod, planned.spec->name),
                         .stop_signal = stop_signal_of(node, planned)};
  PSYS_TRY(node.store.insert_container(record));
  fault_point("container-recorded");
  return record;
}

std::expected<ContainerRecord, StartFailure> start_recorded(const EngineNode& node,
                                                            const store::PodRecord& pod,
                                                            const pod::PodSpec& spec,
                                                            const PlannedContainer& planned,
                                                            const ContainerRecord& recorded) {
  const engine::SandboxState sandbox = sandbox_of(pod);
  engine::ContainerRequest request = request_of(node, pod, spec, planned, recorded, sandbox);
  if (const Result<> prepared = prepare(node, request); !prepared) {
    return std::unexpected(note_failure(node, recorded.id, {prepared.error()}));
  }
  const auto running = node.engine.start_container(request);
  if (!running) {
    return std::unexpected(note_failure(node, recorded.id, running.error()));
  }
  fault_point("container-started");
  if (const Result<> noted = note_start(node, recorded.id, *running); !noted) {
    return std::unexpected(StartFailure{noted.error()});
  }
  Result<ContainerRecord> record = node.store.container(recorded.id);
  if (!record) {
    return std::unexpected(StartFailure{record.error()});
  }
  return *std::move(record);
}

std::expected<int, StartFailure> run_recorded(const EngineNode& node, const store::PodRecord& pod,
                                              const pod::PodSpec& spec,
                                              const PlannedContainer& planned,
                                              const ContainerRecord& recorded,
                                              const engine::Streams& streams) {
  const engine::SandboxState sandbox = sandbox_of(pod);
  engine::ContainerRequest request = request_of(node, pod, spec, planned, recorded, sandbox);
  if (const Result<> prepared = prepare(node, request); !prepared) {
    return std::unexpected(note_failure(node, recorded.id, {prepared.error()}));
  }
  if (const Result<> noted = note_start(node, recorded.id, {}); !noted) {
    return std::unexpected(StartFailure{noted.error()});
  }
  fault_point("container-running");
  const auto code = node.engine.run_container(request, streams);
  if (!code) {
    return std::unexpected(note_failure(node, recorded.id, code.error()));
  }
  const Result<ContainerRecord> noted =
      node.store.modify_container(recorded.id, [&](ContainerRecord& record) -> Result<> {
        set_exit(record, *code, node.clock.now());
        return {};
      });
  if (!noted) {
    return std::unexpected(StartFailure{noted.error()});
  }
  return *code;
}

engine::ContainerRef ref_of(const Node& node, const ContainerRecord& container,
                            const engine::SandboxState& sandbox) {
  return {.id = container.id,
          .runtime_id = container.runtime_id,
          .place = place_of(node, container.pod_uid),
          .sandbox = sandbox,
          .process = container.process,
          .monitor = container.monitor,
          .log_path = container.log_path};
}

engine::StopRequest stop_request_of(const Node& node, const ContainerRecord& container,
                                    const engine::SandboxState& sandbox) {
  return {.container = ref_of(node, container, sandbox), .signal = container.stop_signal};
}

Result<ContainerRecord> note_exit(const EngineNode& node, const ContainerRecord& container,
                                  const engine::SandboxState& sandbox, AfterEnd after) {
  if (container.state != ContainerState::running) {
    return container;
  }
  const Result<std::optional<int>> code = node.engine.exit_code(ref_of(node, container, sandbox));
  if (code && !*code && after == AfterEnd::unknown) {
    return container;
  }
  // A runtime that cannot be asked has not lost the code.
  if (!code && code.error().code != Code::not_found && after == AfterEnd::unknown) {
    return std::unexpected(code.error());
  }
  return node.store.modify_container(container.id, [&](ContainerRecord& record) -> Result<> {
    set_exit(record, code && *code ? **code : kKilled, node.clock.now());
    if (!code || !*code) {
      record.reason = "ContainerStatusUnknown";
    }
    return {};
  });
}

}  // namespace podsysctl::node
