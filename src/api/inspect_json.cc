// SPDX-License-Identifier: Apache-2.0
#include "api/inspect_json.h"

#include <nlohmann/json.hpp>

#include "json/json.h"

namespace podsysctl::api {
namespace {

json::Value or_null(const std::optional<std::string>& text) {
  return text ? json::Value(*text) : json::Value();
}

json::Value time_or_null(const std::optional<Timestamp>& time) {
  return time ? json::Value(to_rfc3339(*time)) : json::Value();
}

json::Value sandbox_of(const store::PodRecord& pod,
                       std::span<const store::SettingRecord> settings) {
  json::Value namespaces = json::Value::object();
  for (const store::NamespaceRecord& ns : pod.namespaces) {
    namespaces[ns.kind] = ns.path;
  }
  json::Value sysctls = json::Value::array();
  for (const store::SettingRecord& setting : settings) {
    sysctls.push_back({{"name", setting.name},
                       {"requested", setting.requested},
                       {"previous", or_null(setting.previous)},
                       {"effective", or_null(setting.effective)},
                       {"origin", setting.origin},
                       {"state", std::string(to_string(setting.state))}});
  }
  return {{"id", pod.runtime_id.empty() ? pod.sandbox_id : pod.runtime_id},
          {"pid", pod.sandbox_process.pid},
          {"namespaces", std::move(namespaces)},
          {"sysctls", std::move(sysctls)}};
}

json::Value container_of(const store::ContainerRecord& container) {
  const bool running = container.state == store::ContainerState::running ||
                       container.state == store::ContainerState::created;
  return {{"name", container.name},
          {"id", container.runtime_id.empty() ? container.id : container.runtime_id},
          {"init", container.kind == store::ContainerKind::init},
          {"image", container.image},
          {"pid", running ? container.process.pid : 0},
          {"state", std::string(to_string(container.state))},
          {"exitCode", container.exit_code ? json::Value(*container.exit_code) : json::Value()}};
}

json::Value summary_of(const ListedPod& listed) {
  const store::PodRecord& pod = listed.pod;
  json::Value ports = json::Value::array();
  for (const store::HostPort& port : pod.host_ports) {
    ports.push_back({{"protocol", port.protocol},
                     {"hostIP", port.host_ip},
                     {"hostPort", port.host_port},
                     {"containerPort", port.container_port}});
  }
  return {{"name", pod.name},
          {"namespace", pod.namespace_},
          {"uid", pod.uid},
          {"phase", std::string(to_string(pod.phase))},
          {"reason", pod.reason},
          {"message", pod.message},
          {"engine", pod.engine},
          {"runtime", pod.runtime},
          {"sandboxID", pod.runtime_id.empty() ? pod.sandbox_id : pod.runtime_id},
          {"images", listed.images},
          {"ports", std::move(ports)},
          {"created", to_rfc3339(pod.created)},
          {"started", time_or_null(pod.started)},
          {"finished", time_or_null(pod.finished)}};
}

}  // namespace

std::string inspect_json(const store::PodRecord& pod,
                         std::span<const store::SettingRecord> settings,
                         std::span<const store::ContainerRecord> containers) {
  json::Value list = json::Value::array();
  for (const store::ContainerRecord& container : containers) {
    list.push_back(container_of(container));
  }
  const json::Value view = {{"name", pod.name},
                            {"namespace", pod.namespace_},
                            {"uid", pod.uid},
                            {"phase", std::string(to_string(pod.phase))},
                            {"reason", pod.reason},
                            {"engine", pod.engine},
                            {"sandbox", sandbox_of(pod, settings)},
                            {"containers", std::move(list)}};
  return json::dump(view, json::Layout::indented) + "\n";
}

std::string list_json(std::span<const ListedPod> pods) {
  json::Value list = json::Value::array();
  for (const ListedPod& listed : pods) {
    list.push_back(summary_of(listed));
  }
  return json::dump(list, json::Layout::indented) + "\n";
}

}  // namespace podsysctl::api
