// SPDX-License-Identifier: Apache-2.0
// Containers, and commands in them.
#include "cri/client.h"
#include "cri/cri.pb.h"
#include "cri/rpc.h"

namespace podsysctl::cri {

namespace v1 = ::runtime::v1;

void put_sandbox_config(const SandboxConfig& from, v1::PodSandboxConfig& to);  // client_runtime.cc

namespace {

void put_security(const SecurityContext& from, v1::LinuxContainerSecurityContext& to) {
  put_list(from.add_capabilities, *to.mutable_capabilities()->mutable_add_capabilities());
  put_list(from.drop_capabilities, *to.mutable_capabilities()->mutable_drop_capabilities());
  to.set_privileged(from.privileged);
  to.set_readonly_rootfs(from.read_only_root);
  to.set_no_new_privs(from.no_new_privileges);
  put_namespaces(from.namespaces, *to.mutable_namespace_options());
  if (from.run_as_user) {
    to.mutable_run_as_user()->set_value(*from.run_as_user);
  }
  if (from.run_as_group) {
    to.mutable_run_as_group()->set_value(*from.run_as_group);
  }
  to.set_run_as_username(from.run_as_username);
  for (const std::int64_t group : from.supplemental_groups) {
    to.add_supplemental_groups(group);
  }
  put_list(from.masked_paths, *to.mutable_masked_paths());
  put_list(from.read_only_paths, *to.mutable_readonly_paths());
  to.mutable_seccomp()->set_profile_type(
      static_cast<v1::SecurityProfile::ProfileType>(static_cast<int>(from.seccomp.kind)));
  to.mutable_seccomp()->set_localhost_ref(from.seccomp.localhost_path);
}

void put_resources(const Resources& from, v1::LinuxContainerResources& to) {
  to.set_cpu_period(from.cpu_period);
  to.set_cpu_quota(from.cpu_quota);
  to.set_cpu_shares(from.cpu_shares);
  to.set_memory_limit_in_bytes(from.memory_limit);
}

void put_container_config(const ContainerConfig& from, v1::ContainerConfig& to) {
  to.mutable_metadata()->set_name(from.name);
  to.mutable_metadata()->set_attempt(from.attempt);
  to.mutable_image()->set_image(from.image);
  put_list(from.command, *to.mutable_command());
  put_list(from.args, *to.mutable_args());
  to.set_working_dir(from.working_dir);
  for (const auto& [name, value] : from.env) {
    v1::KeyValue& variable = *to.add_envs();
    variable.set_key(name);
    variable.set_value(value);
  }
  for (const Mount& mount : from.mounts) {
    v1::Mount& added = *to.add_mounts();
    added.set_container_path(mount.container_path);
    added.set_host_path(mount.host_path);
    added.set_readonly(mount.read_only);
    if (mount.sees_later_mounts) {
      added.set_propagation(v1::PROPAGATION_HOST_TO_CONTAINER);
    }
  }
  put_map(from.labels, *to.mutable_labels());
  put_map(from.annotations, *to.mutable_annotations());
  to.set_log_path(from.log_path);
  to.set_stdin(from.open_stdin);
  to.set_stdin_once(from.open_stdin);
  to.set_tty(from.tty);
  put_resources(from.resources, *to.mutable_linux()->mutable_resources());
  put_security(from.security, *to.mutable_linux()->mutable_security_context());
}

// The interface's numbers are this enum's; others, of a later version, are unknown.
ContainerState state_of(v1::ContainerState from) {
  return from >= v1::CONTAINER_CREATED && from <= v1::CONTAINER_EXITED
             ? static_cast<ContainerState>(from)
             : ContainerState::unknown;
}

ContainerStatus status_of(const v1::ContainerStatusResponse& from) {
  const v1::ContainerStatus& status = from.status();
  return {.id = status.id(),
          .state = state_of(status.state()),
          .started_at = status.started_at(),
          .finished_at = status.finished_at(),
          .exit_code = status.exit_code(),
          .image_ref = status.image_ref(),
          .reason = status.reason(),
          .message = status.message(),
          .log_path = status.log_path(),
          .info = map_of(from.info())};
}

template <class Request>
void put_streams(const std::string& id, const StreamSet& streams, Request& to) {
  to.set_container_id(id);
  to.set_tty(streams.terminal);
  to.set_stdin(streams.in);
  to.set_stdout(streams.out);
  to.set_stderr(streams.err);
}

}  // namespace

Result<std::string> Client::create_container(const std::string& sandbox_id,
                                             const ContainerConfig& config,
                                             const SandboxConfig& sandbox) {
  v1::CreateContainerRequest request;
  request.set_pod_sandbox_id(sandbox_id);
  put_container_config(config, *request.mutable_config());
  put_sandbox_config(sandbox, *request.mutable_sandbox_config());
  PSYS_TRY_ASSIGN(const auto reply,
                  rpc<v1::CreateContainerResponse>(channel_, runtime_method("CreateContainer"),
                                                   request, deadlines_.work));
  return reply.container_id();
}

Result<> Client::start_container(const std::string& id) {
  v1::StartContainerRequest request;
  request.set_container_id(id);
  PSYS_TRY(rpc<v1::StartContainerResponse>(channel_, runtime_method("StartContainer"), request,
                                           deadlines_.work));
  return {};
}

Result<> Client::stop_container(const std::string& id, std::chrono::seconds grace) {
  v1::StopContainerRequest request;
  request.set_container_id(id);
  request.set_timeout(grace.count());
  return gone_is_success(rpc<v1::StopContainerResponse>(channel_, runtime_method("StopContainer"),
                                                        request, deadlines_.work + grace));
}

Result<> Client::remove_container(const std::string& id) {
  v1::RemoveContainerRequest request;
  request.set_container_id(id);
  return gone_is_success(rpc<v1::RemoveContainerResponse>(
      channel_, runtime_method("RemoveContainer"), request, deadlines_.work));
}

Result<ContainerStatus> Client::container_status(const std::string& id, Detail detail) {
  v1::ContainerStatusRequest request;
  request.set_container_id(id);
  request.set_verbose(detail == Detail::verbose);
  PSYS_TRY_ASSIGN(const auto reply,
                  rpc<v1::ContainerStatusResponse>(channel_, runtime_method("ContainerStatus"),
                                                   request, deadlines_.look));
  return status_of(reply);
}

Result<std::vector<Container>> Client::containers(const Filter& filter) {
  v1::ListContainersRequest request;
  v1::ContainerFilter& narrowed = *request.mutable_filter();
  narrowed.set_id(filter.id);
  narrowed.set_pod_sandbox_id(filter.sandbox_id);
  put_map(filter.labels, *narrowed.mutable_label_selector());
  PSYS_TRY_ASSIGN(const auto reply,
                  rpc<v1::ListContainersResponse>(channel_, runtime_method("ListContainers"),
                                                  request, deadlines_.look));
  std::vector<Container> list;
  for (const v1::Container& from : reply.containers()) {
    list.push_back({.id = from.id(),
                    .sandbox_id = from.pod_sandbox_id(),
                    .state = state_of(from.state()),
                    .labels = map_of(from.labels())});
  }
  return list;
}

Result<std::string> Client::exec_url(const std::string& id, const std::vector<std::string>& command,
                                     const StreamSet& streams) {
  v1::ExecRequest request;
  put_list(command, *request.mutable_cmd());
  put_streams(id, streams, request);
  PSYS_TRY_ASSIGN(const auto reply, rpc<v1::ExecResponse>(channel_, runtime_method("Exec"), request,
                                                          deadlines_.look));
  return reply.url();
}

Result<std::string> Client::attach_url(const std::string& id, const StreamSet& streams) {
  v1::AttachRequest request;
  put_streams(id, streams, request);
  PSYS_TRY_ASSIGN(const auto reply, rpc<v1::AttachResponse>(channel_, runtime_method("Attach"),
                                                            request, deadlines_.look));
  return reply.url();
}

}  // namespace podsysctl::cri
