// SPDX-License-Identifier: Apache-2.0
#include "engine/cri/container_config.h"

#include <filesystem>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "engine/cri/sandbox_config.h"
#include "engine/embedded/cgroup.h"
#include "engine/embedded/oci_parts.h"
#include "engine/hidden_paths.h"

namespace podsysctl::engine {
namespace {

// "user", "uid", "user:group", "uid:gid" of `run --user`.
Result<> put_user(const pod::Container& container, cri::SecurityContext& security) {
  const std::string& text = container.user;
  const std::size_t colon = text.find(':');
  const std::string user = text.substr(0, colon);
  if (const auto uid = parse_number<std::int64_t>(user)) {
    security.run_as_user = uid;
  } else {
    security.run_as_username = user;
  }
  if (colon == std::string::npos) {
    return {};
  }
  security.run_as_group = parse_number<std::int64_t>(text.substr(colon + 1));
  if (!security.run_as_group) {
    return Error::of(Code::unsupported,
                     "--user {}: a container runtime of Kubernetes takes groups by number only",
                     in_quotes(text));
  }
  return {};
}

// As the kubelet checks it: from the image's configuration alone.
Result<> check_non_root(const ContainerRequest& request, const cri::SecurityContext& security) {
  const std::string& name = request.container.name;
  if (!request.container.security.run_as_non_root) {
    return {};
  }
  if (security.run_as_user) {
    return *security.run_as_user != 0
               ? Result<>{}
               : Error::of(Code::denied_by_policy,
                           "container's runAsUser breaks non-root policy (container: {})", name);
  }
  const std::string& of_image =
      security.run_as_username.empty() ? request.image.config.user : security.run_as_username;
  const std::string user(split(of_image, ':')[0]);
  const auto uid = user.empty() ? std::optional<std::int64_t>(0) : parse_number<std::int64_t>(user);
  if (!uid) {
    return Error::of(Code::denied_by_policy,
                     "container has runAsNonRoot and image has non-numeric user ({}), cannot "
                     "verify user is non-root (container: {}); set runAsUser to a number",
                     user, name);
  }
  if (*uid == 0) {
    return Error::of(
        Code::denied_by_policy,
        "container has runAsNonRoot and image will run as root (container: {}); set runAsUser",
        name);
  }
  return {};
}

cri::SeccompProfile seccomp_of(const pod::SecurityContext& security) {
  using Kind = pod::SeccompProfile::Kind;
  switch (security.privileged ? Kind::unconfined : security.seccomp.kind) {
    case Kind::unconfined:
      return {.kind = cri::SeccompProfile::Kind::unconfined, .localhost_path = ""};
    case Kind::localhost:
      return {.kind = cri::SeccompProfile::Kind::localhost,
              .localhost_path = security.seccomp.localhost_path};
    case Kind::runtime_default:
      break;
  }
  return {};
}

Result<cri::SecurityContext> security_of(const ContainerRequest& request) {
  const pod::SecurityContext& from = request.container.security;
  cri::SecurityContext to{.add_capabilities = from.capabilities.add,
                          .drop_capabilities = from.capabilities.drop,
                          .privileged = from.privileged,
                          .read_only_root = from.read_only_root_filesystem,
                          .no_new_privileges = !from.allow_privilege_escalation && !from.privileged,
                          .namespaces = namespaces_of(request.pod),
                          .run_as_user = from.run_as_user,
                          .run_as_group = from.run_as_group,
                          .supplemental_groups = from.supplemental_groups,
                          .seccomp = seccomp_of(from)};
  if (!from.privileged) {  // as the kubelet: the runtime hides nothing by itself
    to.masked_paths.assign(kMaskedPaths.begin(), kMaskedPaths.end());
    to.read_only_paths.assign(kReadOnlyPaths.begin(), kReadOnlyPaths.end());
  }
  if (!request.container.user.empty()) {
    PSYS_TRY(put_user(request.container, to));
  }
  PSYS_TRY(check_non_root(request, to));
  return to;
}

// Which limits this host can set, the runtime knows better: all are passed on.
cri::Resources resources_of(const pod::Resources& resources) {
  CgroupLayout all{.mode = CgroupMode::v2};
  all.v2_controllers = {"cpu", "memory"};
  const CgroupLimits limits = plan_limits(resources, all).limits;
  return {.cpu_period = static_cast<std::int64_t>(limits.cpu_period.value_or(0)),
          .cpu_quota = limits.cpu_quota.value_or(0),
          .cpu_shares = static_cast<std::int64_t>(limits.cpu_shares.value_or(0)),
          .memory_limit = limits.memory_limit.value_or(0)};
}

// The interface carries Unicode only, but for the values of variables.
Result<> check_texts(const pod::Container& container) {
  for (const auto* const words : {&container.command, &container.args}) {
    for (const std::string& word : *words) {
      PSYS_TRY(oci::check_text(word, "the argument"));
    }
  }
  for (const pod::EnvVar& variable : container.env) {
    PSYS_TRY(oci::check_text(variable.name, "the name of the environment variable"));
  }
  return container.working_dir.empty() ? Result<>{} : oci::check_working_dir(container.working_dir);
}

}  // namespace

Result<cri::ContainerConfig> container_config(const ContainerRequest& request,
                                              const std::vector<BindMount>& binds) {
  const pod::Container& container = request.container;
  PSYS_TRY(check_texts(container));
  cri::ContainerConfig config{
      .name = container.name,
      .image = request.image.digest,
      .command = container.command,
      .args = container.args,
      .working_dir = container.working_dir,
      .log_path = std::filesystem::path(request.log_path).filename().string(),
      .open_stdin = container.open_stdin,
      .tty = container.tty,
      .resources = resources_of(container.resources)};
  for (const pod::EnvVar& variable : container.env) {
    config.env.emplace_back(variable.name, variable.value);
  }
  for (const BindMount& bind : binds) {
    config.mounts.push_back({.container_path = bind.target,
                             .host_path = bind.source,
                             .read_only = bind.access == pod::Access::read_only,
                             .sees_later_mounts = bind.propagation == pod::Propagation::from_host});
  }
  config.labels["io.kubernetes.container.name"] = container.name;
  config.labels["io.kubernetes.pod.name"] = request.pod.name;
  config.labels["io.kubernetes.pod.namespace"] = request.pod.namespace_;
  config.labels["io.kubernetes.pod.uid"] = request.place.uid;
  config.labels[std::string(kContainerLabel)] = request.id;
  PSYS_TRY_ASSIGN(config.security, security_of(request));
  return config;
}

}  // namespace podsysctl::engine
