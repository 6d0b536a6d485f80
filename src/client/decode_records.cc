// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include <nlohmann/json.hpp>

#include "client/decode.h"
#include "client/decoding.h"

namespace podsysctl::client {
namespace {

using json::Cursor;
using store::ContainerKind;
using store::ContainerState;
using store::EventType;
using store::PodPhase;
using store::SettingState;

Result<PodPhase> phase_at(const Cursor& pod) {
  return enum_at(pod, "phase",
                 {PodPhase::pending, PodPhase::running, PodPhase::succeeded, PodPhase::failed,
                  PodPhase::unknown});
}

Result<store::HostPort> port_of(const Cursor& row) {
  store::HostPort port;
  PSYS_TRY_ASSIGN(port.protocol, row.string_at("protocol"));
  PSYS_TRY_ASSIGN(port.host_ip, row.string_at("hostIP"));
  PSYS_TRY_ASSIGN(port.host_port, number_at<std::uint16_t>(row, "hostPort"));
  PSYS_TRY_ASSIGN(port.container_port, number_at<std::uint16_t>(row, "containerPort"));
  return port;
}

// What a line of the list and a pod as a whole have in common.
Result<store::PodRecord> head_of(const Cursor& row) {
  store::PodRecord pod;
  PSYS_TRY_ASSIGN(pod.name, row.string_at("name"));
  PSYS_TRY_ASSIGN(pod.namespace_, row.string_at("namespace"));
  PSYS_TRY_ASSIGN(pod.uid, row.string_at("uid"));
  PSYS_TRY_ASSIGN(pod.phase, phase_at(row));
  PSYS_TRY_ASSIGN(pod.reason, row.string_at("reason"));
  PSYS_TRY_ASSIGN(pod.engine, row.string_at("engine"));
  return pod;
}

Result<api::ListedPod> listed_pod(const Cursor& row) {
  api::ListedPod listed;
  PSYS_TRY_ASSIGN(listed.pod, head_of(row));
  store::PodRecord& pod = listed.pod;
  PSYS_TRY_ASSIGN(pod.message, row.string_at("message"));
  PSYS_TRY_ASSIGN(pod.runtime, row.string_at("runtime"));
  PSYS_TRY_ASSIGN(pod.sandbox_id, row.string_at("sandboxID"));
  PSYS_TRY_ASSIGN(listed.images, row.strings_at("images"));
  PSYS_TRY_ASSIGN(pod.host_ports, list_at(row, "ports", &port_of));
  PSYS_TRY_ASSIGN(pod.created, time_at(row, "created"));
  PSYS_TRY_ASSIGN(pod.started, time_if_at(row, "started"));
  PSYS_TRY_ASSIGN(pod.finished, time_if_at(row, "finished"));
  return listed;
}

Result<store::SettingRecord> setting_of(const Cursor& row) {
  store::SettingRecord setting;
  PSYS_TRY_ASSIGN(setting.name, row.string_at("name"));
  PSYS_TRY_ASSIGN(setting.requested, row.string_at("requested"));
  PSYS_TRY_ASSIGN(setting.previous, text_if_at(row, "previous"));
  PSYS_TRY_ASSIGN(setting.effective, text_if_at(row, "effective"));
  PSYS_TRY_ASSIGN(setting.origin, row.string_at("origin"));
  PSYS_TRY_ASSIGN(setting.state, enum_at(row, "state",
                                         {SettingState::applied, SettingState::unchanged,
                                          SettingState::refused, SettingState::rolled_back}));
  return setting;
}

Result<store::ContainerRecord> container_of(const Cursor& row) {
  store::ContainerRecord container;
  PSYS_TRY_ASSIGN(container.name, row.string_at("name"));
  PSYS_TRY_ASSIGN(container.id, row.string_at("id"));
  PSYS_TRY_ASSIGN(const bool init, row.bool_or("init", false));
  container.kind = init ? ContainerKind::init : ContainerKind::regular;
  PSYS_TRY_ASSIGN(container.image, row.string_at("image"));
  PSYS_TRY_ASSIGN(container.process.pid, number_at<pid_t>(row, "pid"));
  PSYS_TRY_ASSIGN(container.state, enum_at(row, "state",
                                           {ContainerState::created, ContainerState::running,
                                            ContainerState::exited, ContainerState::failed}));
  PSYS_TRY_ASSIGN(const std::optional<Cursor> exit_code, row.find("exitCode"));
  if (exit_code) {
    PSYS_TRY_ASSIGN(container.exit_code, number_at<int>(row, "exitCode"));
  }
  return container;
}

Result<> read_sandbox(const Cursor& sandbox, api::InspectedPod& inspected) {
  store::PodRecord& pod = inspected.pod;
  PSYS_TRY_ASSIGN(pod.sandbox_id, sandbox.string_at("id"));
  PSYS_TRY_ASSIGN(pod.sandbox_process.pid, number_at<pid_t>(sandbox, "pid"));
  PSYS_TRY_ASSIGN(auto namespaces, sandbox.string_map_at("namespaces"));
  for (auto& [kind, path] : namespaces) {
    pod.namespaces.push_back({std::move(kind), std::move(path)});
  }
  PSYS_TRY_ASSIGN(inspected.settings, list_at(sandbox, "sysctls", &setting_of));
  return {};
}

Result<store::EventRecord> event_of(const Cursor& row) {
  store::EventRecord event;
  PSYS_TRY_ASSIGN(event.id, row.int_at("id"));
  PSYS_TRY_ASSIGN(event.type, enum_at(row, "type", {EventType::normal, EventType::warning}));
  PSYS_TRY_ASSIGN(event.reason, row.string_at("reason"));
  PSYS_TRY_ASSIGN(const Cursor source, row.at("source"));
  PSYS_TRY_ASSIGN(event.component, source.string_at("component"));
  PSYS_TRY_ASSIGN(event.host, source.string_at("host"));
  PSYS_TRY_ASSIGN(const Cursor object, row.at("involvedObject"));
  PSYS_TRY_ASSIGN(event.object.kind, object.string_at("kind"));
  PSYS_TRY_ASSIGN(event.object.namespace_, object.string_at("namespace"));
  PSYS_TRY_ASSIGN(event.object.name, object.string_at("name"));
  PSYS_TRY_ASSIGN(event.message, row.string_at("message"));
  PSYS_TRY_ASSIGN(event.count, number_at<std::uint32_t>(row, "count"));
  PSYS_TRY_ASSIGN(event.first_seen, time_at(row, "firstTimestamp"));
  PSYS_TRY_ASSIGN(event.last_seen, time_at(row, "lastTimestamp"));
  return event;
}

}  // namespace

Result<std::vector<api::ListedPod>> parse_pods(std::string_view text) {
  PSYS_TRY_ASSIGN(const json::Value value, json::parse(text, "pods", kLimits));
  PSYS_TRY_ASSIGN(const std::vector<Cursor> rows, Cursor(value, "pods").elements());
  std::vector<api::ListedPod> pods;
  pods.reserve(rows.size());
  for (const Cursor& row : rows) {
    PSYS_TRY_ASSIGN(api::ListedPod pod, listed_pod(row));
    pods.push_back(std::move(pod));
  }
  return pods;
}

Result<api::InspectedPod> parse_pod(std::string_view text) {
  PSYS_TRY_ASSIGN(const json::Value value, json::parse(text, "pod", kLimits));
  const Cursor root(value, "pod");
  api::InspectedPod inspected;
  PSYS_TRY_ASSIGN(inspected.pod, head_of(root));
  PSYS_TRY_ASSIGN(const Cursor sandbox, root.at("sandbox"));
  PSYS_TRY(read_sandbox(sandbox, inspected));
  PSYS_TRY_ASSIGN(inspected.containers, list_at(root, "containers", &container_of));
  return inspected;
}

Result<std::vector<store::EventRecord>> parse_events(std::string_view lines) {
  std::vector<store::EventRecord> events;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    PSYS_TRY_ASSIGN(const json::Value value, json::parse(lines.substr(0, end), "event", kLimits));
    PSYS_TRY_ASSIGN(store::EventRecord event, event_of(Cursor(value, "event")));
    events.push_back(std::move(event));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return events;
}

}  // namespace podsysctl::client
