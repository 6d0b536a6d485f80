// SPDX-License-Identifier: Apache-2.0
#include "node/containers.h"

#include <signal.h>

#include "base/fault_point.h"
#include "base/strings.h"
#include "linux/file.h"
#include "linux/signal_names.h"
#include "node/ids.h"

namespace podsysctl::node {
namespace {

using engine::StartFailure;
using store::ContainerRecord;
using store::ContainerState;

constexpr int kKilled = 137;  // 128 + SIGKILL: how a container ends whose monitor is gone as well

engine::ContainerRequest request_of(const Node& node, const store::PodRecord& pod,
                                    const pod::PodSpec& spec, const PlannedContainer& planned,
                                    const ContainerRecord& recorded,
                                    const engine::SandboxState& sandbox) {
  return {.place = place_of(node, pod.uid),
          .id = recorded.id,
          .pod = spec,
          .container = *planned.spec,
          .image = planned.image,
          .sandbox = sandbox,
          .log_path = recorded.log_path};
}

Result<> prepare(const Node& node, const engine::ContainerRequest& request) {
  PSYS_TRY_ASSIGN(const std::vector<std::string> warnings, node.engine.prepare_container(request));
  for (const std::string& warning : warnings) {
    node.reporter.warn(warning);
  }
  fault_point("container-prepared");
  return {};
}

Result<> note_start(const Node& node, const std::string& id,
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
        planned.spec->name, quoted(asked)));
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

std::expected<ContainerRecord, StartFailure> start_recorded(const Node& node,
                                                            const store::PodRecord& pod,
                                                            const pod::PodSpec& spec,
                                                            const PlannedContainer& planned,
                                                            const ContainerRecord& recorded) {
  const engine::SandboxState sandbox = sandbox_of(pod);
  const engine::ContainerRequest request = request_of(node, pod, spec, planned, recorded, sandbox);
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

std::expected<int, StartFailure> run_recorded(const Node& node, const store::PodRecord& pod,
                                              const pod::PodSpec& spec,
                                              const PlannedContainer& planned,
                                              const ContainerRecord& recorded,
                                              const engine::Streams& streams) {
  const engine::SandboxState sandbox = sandbox_of(pod);
  const engine::ContainerRequest request = request_of(node, pod, spec, planned, recorded, sandbox);
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
          .place = place_of(node, container.pod_uid),
          .sandbox = sandbox,
          .process = container.process,
          .monitor = container.monitor};
}

engine::StopRequest stop_request_of(const Node& node, const ContainerRecord& container,
                                    const engine::SandboxState& sandbox) {
  return {.container = ref_of(node, container, sandbox), .signal = container.stop_signal};
}

Result<ContainerRecord> note_exit(const Node& node, const ContainerRecord& container,
                                  const engine::SandboxState& sandbox, AfterEnd after) {
  if (container.state != ContainerState::running) {
    return container;
  }
  const Result<std::optional<int>> code = node.engine.exit_code(ref_of(node, container, sandbox));
  if (code && !*code && after == AfterEnd::unknown) {
    return container;
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
