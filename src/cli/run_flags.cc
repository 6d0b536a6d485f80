// SPDX-License-Identifier: Apache-2.0
#include "cli/run_flags.h"

#include <cstdlib>
#include <utility>

#include "base/strings.h"
#include "node/ids.h"
#include "pod/names.h"

namespace podsysctl::cli {
namespace {

Result<std::vector<sysctl::Setting>> settings_of(const RunFlags& flags) {
  std::vector<sysctl::Setting> settings;
  for (const std::string& text : flags.sysctls) {
    const sysctl::Origin origin{.kind = sysctl::Origin::Kind::flag, .source = "--sysctl"};
    Result<sysctl::Setting> setting = sysctl::parse_assignment(text, origin);
    if (!setting) {
      return Error::of(Code::invalid_argument, "invalid argument {} for \"--sysctl\" flag: {}",
                       in_quotes(text), setting.error().message);
    }
    settings.push_back(*std::move(setting));
  }
  return settings;
}

Result<std::vector<pod::EnvVar>> env_of(const RunFlags& flags) {
  std::vector<pod::EnvVar> env;
  for (const std::string& text : flags.env) {
    const std::size_t equals = text.find('=');
    const std::string name = text.substr(0, equals);
    if (name.empty()) {
      return Error::of(Code::invalid_argument, "invalid argument {} for \"--env\" flag: no name",
                       in_quotes(text));
    }
    if (equals != std::string::npos) {
      env.push_back({name, text.substr(equals + 1)});
    } else if (const char* const ours = std::getenv(name.c_str()); ours != nullptr) {
      env.push_back({name, ours});
    }
  }
  return env;
}

Result<std::uint16_t> parse_port(std::string_view text, const std::string& whole) {
  const auto port = parse_number<std::uint16_t>(text);
  if (!port || *port == 0) {
    return Error::of(Code::invalid_argument,
                     "invalid argument {} for \"--publish\" flag: {} is no port (1 to 65535)",
                     in_quotes(whole), in_quotes(text));
  }
  return *port;
}

Result<pod::Protocol> parse_protocol(std::string_view text, const std::string& whole) {
  if (text == "tcp") {
    return pod::Protocol::tcp;
  }
  if (text == "udp") {
    return pod::Protocol::udp;
  }
  if (text == "sctp") {
    return pod::Protocol::sctp;
  }
  return Error::of(Code::invalid_argument,
                   "invalid argument {} for \"--publish\" flag: the protocol is tcp, udp or sctp",
                   in_quotes(whole));
}

Result<> add_volumes(const RunFlags& flags, pod::PodSpec& spec, pod::Container& container) {
  for (const std::string& text : flags.volumes) {
    PSYS_TRY_ASSIGN(VolumeFlag flag, parse_volume(text, spec.volumes.size()));
    spec.volumes.push_back(std::move(flag.volume));
    container.mounts.push_back(std::move(flag.mount));
  }
  return {};
}

Result<pod::Container> container_of(const RunFlags& flags) {
  pod::Container container{.name = "main", .image = flags.image, .working_dir = flags.working_dir};
  container.args = flags.command;
  if (!flags.entrypoint.empty()) {
    container.command = {flags.entrypoint};
  }
  container.user = flags.user;
  container.open_stdin = flags.interactive;
  container.tty = flags.tty;
  container.security.privileged = flags.privileged;
  container.security.read_only_root_filesystem = flags.read_only;
  container.security.capabilities = {flags.cap_add, flags.cap_drop};
  PSYS_TRY_ASSIGN(container.env, env_of(flags));
  for (const std::string& text : flags.publish) {
    PSYS_TRY_ASSIGN(pod::Port port, parse_publish(text));
    container.ports.push_back(std::move(port));
  }
  return container;
}

}  // namespace

Result<pod::Port> parse_publish(const std::string& text) {
  std::string_view rest = text;
  pod::Port port;
  if (const std::size_t slash = rest.rfind('/'); slash != std::string_view::npos) {
    PSYS_TRY_ASSIGN(port.protocol, parse_protocol(rest.substr(slash + 1), text));
    rest = rest.substr(0, slash);
  }
  const std::size_t last = rest.rfind(':');
  if (last == std::string_view::npos) {
    return Error::of(Code::invalid_argument,
                     "invalid argument {} for \"--publish\" flag: give the host's port too, as "
                     "HOST:CONTAINER",
                     in_quotes(text));
  }
  PSYS_TRY_ASSIGN(port.container_port, parse_port(rest.substr(last + 1), text));
  rest = rest.substr(0, last);
  if (const std::size_t colon = rest.rfind(':'); colon != std::string_view::npos) {
    port.host_ip = rest.substr(0, colon);
    if (port.host_ip.starts_with('[') && port.host_ip.ends_with(']')) {
      port.host_ip = port.host_ip.substr(1, port.host_ip.size() - 2);
    }
    rest = rest.substr(colon + 1);
  }
  PSYS_TRY_ASSIGN(port.host_port, parse_port(rest, text));
  return port;
}

Result<VolumeFlag> parse_volume(const std::string& text, std::size_t index) {
  const auto refuse = [&](std::string_view why) {
    return Error::of(Code::invalid_argument, "invalid argument {} for \"--volume\" flag: {}",
                     in_quotes(text), why);
  };
  const std::vector<std::string_view> parts = split(text, ':');
  if (parts.size() < 2 || parts.size() > 3) {
    return refuse("it is SOURCE:TARGET[:ro|:rw]");
  }
  if (!parts[0].starts_with('/') || !parts[1].starts_with('/')) {
    return refuse("source and target are absolute paths; named volumes are not supported");
  }
  VolumeFlag flag;
  flag.volume.name = fmt::format("volume-{}", index);
  flag.volume.kind = pod::Volume::Kind::host_path;
  flag.volume.host_path.path = parts[0];
  flag.mount.volume = flag.volume.name;
  flag.mount.mount_path = parts[1];
  if (parts.size() == 3) {
    if (parts[2] != "ro" && parts[2] != "rw") {
      return refuse("the mode is ro or rw");
    }
    flag.mount.access = parts[2] == "ro" ? pod::Access::read_only : pod::Access::read_write;
  }
  return flag;
}

namespace {

// Both end up in files and in the output: only what cannot be mistaken for something else there.
Result<> check_names(const RunFlags& flags) {
  for (const auto& [flag, text] : {std::pair{"name", &flags.name}, {"hostname", &flags.hostname}}) {
    if (text->empty()) {
      continue;
    }
    if (const auto fault = pod::check_dns_subdomain(*text)) {
      return Error::of(Code::invalid_argument, "invalid argument for \"--{}\" flag: {}", flag,
                       *fault);
    }
  }
  constexpr std::size_t kLongestHostname = 64;  // of the kernel
  if (flags.hostname.size() > kLongestHostname) {
    return Error::of(Code::invalid_argument,
                     "invalid argument {} for \"--hostname\" flag: it has {} bytes, and the kernel "
                     "takes {}",
                     in_quotes(flags.hostname), flags.hostname.size(), kLongestHostname);
  }
  return {};
}

}  // namespace

Result<pod::PodSpec> spec_from_flags(const RunFlags& flags) {
  PSYS_TRY(check_names(flags));
  pod::PodSpec spec;
  spec.name = flags.name.empty() ? node::new_pod_name(flags.image) : flags.name;
  spec.hostname = flags.hostname;
  spec.restart = pod::RestartPolicy::never;
  PSYS_TRY_ASSIGN(spec.sysctls, settings_of(flags));
  PSYS_TRY_ASSIGN(pod::Container container, container_of(flags));
  PSYS_TRY(add_volumes(flags, spec, container));
  spec.containers.push_back(std::move(container));
  return spec;
}

}  // namespace podsysctl::cli
