// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "docker/decode.h"
#include "json/json.h"

namespace podsysctl::docker {
namespace {

using json::Value;

void put(Value& object, const char* key, const std::string& text) {
  if (!text.empty()) {
    object[key] = text;
  }
}

void put(Value& object, const char* key, const std::vector<std::string>& texts) {
  if (!texts.empty()) {
    object[key] = texts;
  }
}

void put(Value& object, const char* key, bool flag) {
  if (flag) {
    object[key] = true;
  }
}

void put(Value& object, const char* key, const std::optional<std::int64_t>& number) {
  if (number) {
    object[key] = *number;
  }
}

std::string port_name(const PortBinding& port) {
  return fmt::format("{}/{}", port.container_port, port.protocol);
}

void put_ports(Value& config, Value& host, const std::vector<PortBinding>& ports) {
  for (const PortBinding& port : ports) {
    config["ExposedPorts"][port_name(port)] = Value::object();
    if (port.host_port != 0) {
      host["PortBindings"][port_name(port)].push_back(
          {{"HostIp", port.host_ip}, {"HostPort", std::to_string(port.host_port)}});
    }
  }
}

void put_resources(Value& host, const ContainerSpec& spec) {
  put(host, "CpuShares", spec.cpu_shares);
  put(host, "CpuQuota", spec.cpu_quota);
  put(host, "CpuPeriod", spec.cpu_period);
  put(host, "Memory", spec.memory);
}

Value host_config(const ContainerSpec& spec) {
  Value host = Value::object();
  for (const auto& [key, value] : spec.sysctls) {
    host["Sysctls"][key] = value;
  }
  put(host, "NetworkMode", spec.network_mode);
  put(host, "IpcMode", spec.ipc_mode);
  put(host, "PidMode", spec.pid_mode);
  put(host, "UTSMode", spec.uts_mode);
  put(host, "Runtime", spec.runtime);
  put(host, "ExtraHosts", spec.extra_hosts);
  put(host, "CapAdd", spec.cap_add);
  put(host, "CapDrop", spec.cap_drop);
  put(host, "GroupAdd", spec.group_add);
  put(host, "SecurityOpt", spec.security_opt);
  put(host, "Privileged", spec.privileged);
  put(host, "ReadonlyRootfs", spec.read_only_root);
  put_resources(host, spec);
  // Mounts, not Binds: a source that the daemon does not see is an error then, not a new folder.
  for (const Mount& mount : spec.mounts) {
    Value entry{{"Type", "bind"},
                {"Source", mount.source},
                {"Target", mount.target},
                {"ReadOnly", mount.read_only}};
    if (!mount.propagation.empty()) {
      entry["BindOptions"] = {{"Propagation", mount.propagation}};
    }
    host["Mounts"].push_back(std::move(entry));
  }
  if (!spec.log_driver.empty()) {
    host["LogConfig"] = {{"Type", spec.log_driver}, {"Config", Value::object()}};
  }
  return host;
}

}  // namespace

std::string encode(const ContainerSpec& spec) {
  Value config = {{"Image", spec.image}};
  put(config, "Entrypoint", spec.entrypoint);
  put(config, "Cmd", spec.command);
  put(config, "Env", spec.env);
  put(config, "User", spec.user);
  put(config, "WorkingDir", spec.working_dir);
  put(config, "Hostname", spec.hostname);
  put(config, "StopSignal", spec.stop_signal);
  for (const auto& [key, value] : spec.labels) {
    config["Labels"][key] = value;
  }
  put(config, "Tty", spec.tty);
  put(config, "OpenStdin", spec.open_stdin);
  put(config, "StdinOnce", spec.stdin_once);
  put(config, "AttachStdin", spec.stdin_once);
  config["AttachStdout"] = true;
  config["AttachStderr"] = true;
  Value host = host_config(spec);
  put_ports(config, host, spec.ports);
  config["HostConfig"] = std::move(host);
  return json::dump(config);
}

std::string encode(const ExecSpec& spec) {
  Value exec = {{"Cmd", spec.command}, {"AttachStdout", true}, {"AttachStderr", true}};
  put(exec, "Env", spec.env);
  put(exec, "User", spec.user);
  put(exec, "WorkingDir", spec.working_dir);
  put(exec, "Tty", spec.tty);
  put(exec, "AttachStdin", spec.attach_stdin);
  return json::dump(exec);
}

}  // namespace podsysctl::docker
