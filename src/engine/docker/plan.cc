// SPDX-License-Identifier: Apache-2.0
#include "engine/docker/plan.h"

#include <algorithm>
#include <set>

#include "engine/docker/names.h"
#include "engine/embedded/identity.h"
#include "linux/file.h"
#include "linux/signal_names.h"
#include "sandbox/network_ports.h"
#include "sysctl/scope.h"

namespace podsysctl::engine {
namespace {

using docker::ContainerSpec;

constexpr std::size_t kProfileLimit = std::size_t{1} << 20U;

constexpr std::string_view kContainer = "container:";

std::string network_mode_of(const SandboxRequest& request) {
  return request.joined.network.empty() ? std::string(sandbox::to_string(request.network))
                                        : fmt::format("{}{}", kContainer, request.joined.network);
}

// `own` is what a namespace of its own is called.
std::string ipc_mode_of(const SandboxRequest& request, std::string_view own) {
  if (!request.joined.ipc.empty()) {
    return fmt::format("{}{}", kContainer, request.joined.ipc);
  }
  return std::string(request.pod.ipc == pod::Share::host ? "host" : own);
}

// What belongs to the network, wherever it is held. Docker takes neither a name nor ports for a
// network that is another's.
void put_network(ContainerSpec& spec, const pod::PodSpec& pod, const std::string& mode) {
  spec.network_mode = mode;
  if (mode.starts_with(kContainer)) {
    return;
  }
  if (mode == "host") {
    spec.uts_mode = "host";
  } else {
    spec.hostname = pod.hostname.empty() ? pod.name : pod.hostname;
  }
  for (const auto& [address, name] : pod.host_aliases) {
    spec.extra_hosts.push_back(fmt::format("{}:{}", name, address));
  }
  if (mode != "bridge") {
    return;
  }
  for (const pod::Container& container : pod.containers) {
    for (const pod::Port& port : container.ports) {
      if (port.host_port != 0) {
        spec.ports.push_back({port.container_port, port.host_port, port.host_ip,
                              std::string(sandbox::to_string(port.protocol))});
      }
    }
  }
}

// "uid", "uid:gid", or what the image says.
std::string user_of(const pod::Container& container, const image::ImageConfig& image) {
  const pod::SecurityContext& security = container.security;
  if (!container.user.empty()) {
    return container.user;
  }
  std::string user = security.run_as_user ? std::to_string(*security.run_as_user) : "";
  if (security.run_as_group) {
    if (user.empty()) {
      user = image.user.substr(0, image.user.find(':'));
    }
    user = fmt::format("{}:{}", user.empty() ? "0" : user, *security.run_as_group);
  }
  return user;
}

Result<> put_seccomp(ContainerSpec& spec, const pod::SeccompProfile& profile) {
  switch (profile.kind) {
    case pod::SeccompProfile::Kind::unconfined:
      spec.security_opt.emplace_back("seccomp=unconfined");
      break;
    case pod::SeccompProfile::Kind::localhost: {
      PSYS_TRY_ASSIGN(const std::string text,
                      linux::read_file(profile.localhost_path, kProfileLimit));
      spec.security_opt.push_back("seccomp=" + text);
      break;
    }
    case pod::SeccompProfile::Kind::runtime_default:
      break;
  }
  return {};
}

Result<> put_security(ContainerSpec& spec, const ContainerRequest& request) {
  const pod::SecurityContext& security = request.container.security;
  PSYS_TRY(check_non_root(request.container, request.image.config.user));
  spec.user = user_of(request.container, request.image.config);
  for (const std::int64_t group : security.supplemental_groups) {
    spec.group_add.push_back(std::to_string(group));
  }
  spec.cap_add = security.capabilities.add;
  spec.cap_drop = security.capabilities.drop;
  spec.privileged = security.privileged;
  spec.read_only_root = security.read_only_root_filesystem;
  if (!security.allow_privilege_escalation && !security.privileged) {
    spec.security_opt.emplace_back("no-new-privileges");
  }
  return put_seccomp(spec, security.seccomp);
}

void put_limits(ContainerPlan& plan, const pod::Resources& resources, const CgroupLayout& layout) {
  LimitsPlan limits = plan_limits(resources, layout);
  if (limits.limits.cpu_shares) {
    plan.spec.cpu_shares = static_cast<std::int64_t>(*limits.limits.cpu_shares);
  }
  if (limits.limits.cpu_period) {
    plan.spec.cpu_period = static_cast<std::int64_t>(*limits.limits.cpu_period);
  }
  plan.spec.cpu_quota = limits.limits.cpu_quota;
  plan.spec.memory = limits.limits.memory_limit;
  plan.warnings = std::move(limits.warnings);
}

// Docker gives each container a uts namespace of its own, which the pause container does not reach.
void put_uts_sysctls(ContainerSpec& spec, const pod::PodSpec& pod) {
  for (const sysctl::Setting& setting : pod.sysctls) {
    if (scope_of(setting.key) == sysctl::Scope::uts) {
      spec.sysctls.emplace_back(setting.key.name(), setting.value);
    }
  }
}

void join_pause(ContainerSpec& spec, const pod::PodSpec& pod, const std::string& pause) {
  spec.network_mode = "container:" + pause;
  spec.ipc_mode = pod.ipc == pod::Share::host ? "host" : "container:" + pause;
  spec.uts_mode = pod.network == pod::Share::host ? "host" : "";
  if (pod.share_process_namespace) {
    spec.pid_mode = "container:" + pause;
  }
  put_uts_sysctls(spec, pod);
}

void be_sandbox(ContainerSpec& spec, const pod::PodSpec& pod, const SingleContainer& single) {
  put_network(spec, pod, single.network_mode);
  spec.ipc_mode = single.ipc_mode;
  spec.sysctls = single.sysctls;
}

}  // namespace

std::optional<SingleContainer> plan_single(const SandboxRequest& request) {
  std::set<std::string> handed;
  SingleContainer single{.network_mode = network_mode_of(request),
                         .ipc_mode = ipc_mode_of(request, "private")};
  for (const sysctl::Setting& setting : request.settings_for_runtime) {
    if (handed.insert(setting.key.name()).second) {
      single.sysctls.emplace_back(setting.key.name(), setting.value);
    }
  }
  const bool all = std::ranges::all_of(request.pod.sysctls, [&](const sysctl::Setting& setting) {
    return handed.contains(setting.key.name());
  });
  return request.shape == Shape::one_container && all ? std::optional(std::move(single))
                                                      : std::nullopt;
}

ContainerSpec plan_pause(const SandboxRequest& request, const std::string& image) {
  ContainerSpec spec{.image = image,
                     .labels = docker_labels(request.pod, request.place.uid, request.id, "POD"),
                     .ipc_mode = ipc_mode_of(request, "shareable"),
                     .cap_drop = {"ALL"},
                     .security_opt = {"no-new-privileges"},
                     .read_only_root = true,
                     .log_driver = "none"};
  put_network(spec, request.pod, network_mode_of(request));
  for (const sysctl::Setting& setting : request.settings_for_runtime) {
    spec.sysctls.emplace_back(setting.key.name(), setting.value);
  }
  return spec;
}

Result<ContainerPlan> plan_container(const ContainerRequest& request,
                                     const std::vector<BindMount>& binds,
                                     const CgroupLayout& layout,
                                     const std::optional<SingleContainer>& single,
                                     const std::string& pause) {
  const pod::Container& container = request.container;
  ContainerPlan plan;
  ContainerSpec& spec = plan.spec;
  spec.image = request.image.name;
  spec.entrypoint = container.command;
  spec.command = container.args;
  for (const pod::EnvVar& variable : container.env) {
    spec.env.push_back(fmt::format("{}={}", variable.name, variable.value));
  }
  spec.working_dir = container.working_dir;
  spec.labels = docker_labels(request.pod, request.place.uid, request.sandbox.id, container.name);
  // With an image's signal that is none, Docker would refuse to send any.
  const std::string& signal = request.image.config.stop_signal;
  spec.stop_signal = signal.empty() || linux::parse_signal(signal) ? "" : "SIGTERM";
  spec.tty = container.tty;
  spec.open_stdin = container.open_stdin;
  spec.stdin_once = container.open_stdin;
  spec.log_driver = "json-file";
  for (const BindMount& bind : binds) {
    spec.mounts.push_back(
        {.source = bind.source,
         .target = bind.target,
         .read_only = bind.access == pod::Access::read_only,
         .propagation = bind.propagation == pod::Propagation::from_host ? "rslave" : ""});
  }
  PSYS_TRY(put_security(spec, request));
  put_limits(plan, container.resources, layout);
  if (single) {
    be_sandbox(spec, request.pod, *single);
  } else {
    join_pause(spec, request.pod, pause);
  }
  if (request.pod.pid == pod::Share::host) {
    spec.pid_mode = "host";
  }
  return plan;
}

}  // namespace podsysctl::engine
