// SPDX-License-Identifier: Apache-2.0
// The runtime itself and its sandboxes.
#include "cri/client.h"
#include "cri/cri.pb.h"
#include "cri/rpc.h"

namespace podsysctl::cri {
namespace {

namespace v1 = ::runtime::v1;

void put_ports(const std::vector<PortMapping>& ports, v1::PodSandboxConfig& to) {
  for (const PortMapping& port : ports) {
    v1::PortMapping& mapping = *to.add_port_mappings();
    mapping.set_protocol(static_cast<v1::Protocol>(static_cast<int>(port.protocol)));
    mapping.set_container_port(port.container_port);
    mapping.set_host_port(port.host_port);
    mapping.set_host_ip(port.host_ip);
  }
}

// From a list or a status, which have these fields alike.
template <class Message>
Sandbox sandbox_of(const Message& from) {
  return {
      .id = from.id(),
      .state = from.state() == v1::SANDBOX_READY ? SandboxState::ready : SandboxState::not_ready,
      .name = from.metadata().name(),
      .uid = from.metadata().uid(),
      .namespace_ = from.metadata().namespace_(),
      .labels = map_of(from.labels()),
      .annotations = map_of(from.annotations()),
      .handler = from.runtime_handler(),
      .created_at = from.created_at()};
}

SandboxStatus status_of(const v1::PodSandboxStatusResponse& from) {
  const v1::PodSandboxStatus& status = from.status();
  SandboxStatus result{.sandbox = sandbox_of(status), .info = map_of(from.info())};
  if (!status.network().ip().empty()) {
    result.addresses.push_back(status.network().ip());
  }
  for (const v1::PodIP& more : status.network().additional_ips()) {
    result.addresses.push_back(more.ip());
  }
  return result;
}

ContainerEvent event_of(const v1::ContainerEventResponse& from) {
  return {.container_id = from.container_id(),
          .kind = static_cast<ContainerEvent::Kind>(from.container_event_type()),
          .time = from.created_at()};
}

constexpr std::string_view kStartTopic = "/tasks/start";
constexpr std::string_view kExitTopic = "/tasks/exit";

v1::SubscribeRequest tasks_of_kubernetes() {
  v1::SubscribeRequest request;
  for (const std::string_view topic : {kStartTopic, kExitTopic}) {
    request.add_filters(fmt::format(R"(namespace=="k8s.io",topic=="{}")", topic));
  }
  return request;
}

Result<TaskEvent> task_event_of(std::string_view bytes) {
  v1::Envelope envelope;
  v1::TaskEvent event;
  if (!envelope.ParseFromString(std::string(bytes)) ||
      !event.ParseFromString(envelope.event().value())) {
    return Error::of(Code::internal, "Subscribe: an event cannot be read");
  }
  return TaskEvent{
      .kind = envelope.topic() == kStartTopic ? TaskEvent::Kind::started : TaskEvent::Kind::exited,
      .container_id = event.container_id()};
}

}  // namespace

void put_sandbox_config(const SandboxConfig& from, v1::PodSandboxConfig& to) {
  v1::PodSandboxMetadata& metadata = *to.mutable_metadata();
  metadata.set_name(from.name);
  metadata.set_uid(from.uid);
  metadata.set_namespace_(from.namespace_);
  metadata.set_attempt(from.attempt);
  to.set_hostname(from.hostname);
  to.set_log_directory(from.log_directory);
  if (from.dns) {
    put_list(from.dns->servers, *to.mutable_dns_config()->mutable_servers());
    put_list(from.dns->searches, *to.mutable_dns_config()->mutable_searches());
    put_list(from.dns->options, *to.mutable_dns_config()->mutable_options());
  }
  put_ports(from.ports, to);
  put_map(from.labels, *to.mutable_labels());
  put_map(from.annotations, *to.mutable_annotations());
  v1::LinuxPodSandboxConfig& part = *to.mutable_linux();
  put_map(from.sysctls, *part.mutable_sysctls());
  v1::LinuxSandboxSecurityContext& security = *part.mutable_security_context();
  put_namespaces(from.namespaces, *security.mutable_namespace_options());
  security.set_privileged(from.privileged);
  security.mutable_seccomp()->set_profile_type(v1::SecurityProfile::RuntimeDefault);
}

Result<Version> Client::version() {
  PSYS_TRY_ASSIGN(const auto reply,
                  rpc<v1::VersionResponse>(channel_, runtime_method("Version"),
                                           v1::VersionRequest{}, deadlines_.look));
  return Version{reply.runtime_name(), reply.runtime_version(), reply.runtime_api_version()};
}

Result<std::vector<Condition>> Client::status() {
  PSYS_TRY_ASSIGN(const auto reply, rpc<v1::StatusResponse>(channel_, runtime_method("Status"),
                                                            v1::StatusRequest{}, deadlines_.look));
  std::vector<Condition> conditions;
  for (const v1::RuntimeCondition& from : reply.status().conditions()) {
    conditions.push_back({from.type(), from.status(), from.reason(), from.message()});
  }
  return conditions;
}

Result<std::string> Client::run_sandbox(const SandboxConfig& config, const std::string& handler) {
  v1::RunPodSandboxRequest request;
  put_sandbox_config(config, *request.mutable_config());
  request.set_runtime_handler(handler);
  PSYS_TRY_ASSIGN(const auto reply,
                  rpc<v1::RunPodSandboxResponse>(channel_, runtime_method("RunPodSandbox"), request,
                                                 deadlines_.work));
  return reply.pod_sandbox_id();
}

Result<> Client::stop_sandbox(const std::string& id) {
  v1::StopPodSandboxRequest request;
  request.set_pod_sandbox_id(id);
  return gone_is_success(rpc<v1::StopPodSandboxResponse>(channel_, runtime_method("StopPodSandbox"),
                                                         request, deadlines_.work));
}

Result<> Client::remove_sandbox(const std::string& id) {
  v1::RemovePodSandboxRequest request;
  request.set_pod_sandbox_id(id);
  return gone_is_success(rpc<v1::RemovePodSandboxResponse>(
      channel_, runtime_method("RemovePodSandbox"), request, deadlines_.work));
}

Result<SandboxStatus> Client::sandbox_status(const std::string& id, Detail detail) {
  v1::PodSandboxStatusRequest request;
  request.set_pod_sandbox_id(id);
  request.set_verbose(detail == Detail::verbose);
  PSYS_TRY_ASSIGN(const auto reply,
                  rpc<v1::PodSandboxStatusResponse>(channel_, runtime_method("PodSandboxStatus"),
                                                    request, deadlines_.look));
  return status_of(reply);
}

Result<std::vector<Sandbox>> Client::sandboxes(const Filter& filter) {
  v1::ListPodSandboxRequest request;
  request.mutable_filter()->set_id(filter.id);
  put_map(filter.labels, *request.mutable_filter()->mutable_label_selector());
  PSYS_TRY_ASSIGN(const auto reply,
                  rpc<v1::ListPodSandboxResponse>(channel_, runtime_method("ListPodSandbox"),
                                                  request, deadlines_.look));
  std::vector<Sandbox> list;
  for (const v1::PodSandbox& from : reply.items()) {
    list.push_back(sandbox_of(from));
  }
  return list;
}

Result<> Client::container_events(
    linux::FdRef wake, const std::function<Channel::Next(const ContainerEvent&)>& on_event) {
  const Method method = runtime_method("GetContainerEvents");
  const auto read = [&](std::string_view bytes) -> Result<Channel::Next> {
    v1::ContainerEventResponse event;
    if (!event.ParseFromString(std::string(bytes))) {
      return Error::of(Code::internal, "{}: an event cannot be read", method.name);
    }
    return on_event(event_of(event));
  };
  return channel_.stream(method, v1::GetEventsRequest{}.SerializeAsString(), wake, read);
}

Result<> Client::task_events(linux::FdRef wake,
                             const std::function<Channel::Next(const TaskEvent&)>& on_event) {
  constexpr Method kSubscribe{"containerd.services.events.v1.Events", "Subscribe"};
  const auto read = [&](std::string_view bytes) -> Result<Channel::Next> {
    PSYS_TRY_ASSIGN(const TaskEvent event, task_event_of(bytes));
    return on_event(event);
  };
  return channel_.stream(kSubscribe, tasks_of_kubernetes().SerializeAsString(), wake, read);
}

}  // namespace podsysctl::cri
