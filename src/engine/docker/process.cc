// SPDX-License-Identifier: Apache-2.0
#include "engine/docker/process.h"

#include "base/strings.h"
#include "linux/file.h"

namespace podsysctl::engine {
namespace {

// Fields of /proc/PID/stat after the command, which may hold anything: "S 1234 …".
pid_t parent_of(pid_t pid) {
  const Result<std::string> stat = linux::read_file(fmt::format("/proc/{}/stat", pid));
  const std::size_t end = stat ? stat->rfind(')') : std::string::npos;
  if (end == std::string::npos) {
    return 0;
  }
  const auto words = split_words(std::string_view(*stat).substr(end + 1));
  return words.size() > 1 ? parse_number<pid_t>(words[1]).value_or(0) : 0;
}

bool mentions(const std::string& path, const std::string& id) {
  const Result<std::string> text = linux::read_file(path);
  return text && text->find(id) != std::string::npos;
}

// By its control group ("/docker/<id>", "docker-<id>.scope"), else by the shim that started it.
bool belongs_to(pid_t pid, const std::string& id) {
  return mentions(fmt::format("/proc/{}/cgroup", pid), id) ||
         mentions(fmt::format("/proc/{}/cmdline", parent_of(pid)), id);
}

std::unexpected<Error> ended(const docker::Container& container) {
  return Error::of(Code::not_found, "container {} has ended", container.name);
}

}  // namespace

Result<linux::ProcessId> process_of(const docker::Container& container, std::string_view address) {
  const auto pid = static_cast<pid_t>(container.pid);
  if (!container.running || pid <= 0) {
    return ended(container);
  }
  const Result<linux::ProcessId> process = linux::identify(pid);
  if (process && belongs_to(pid, container.id)) {
    return *process;
  }
  // The daemon may hear of the end later than we see it.
  if (!process || !linux::is_alive(*process)) {
    return ended(container);
  }
  return Error::of(
      Code::unsupported,
      "Docker's daemon at {} does not run on this machine: process {} here is not "
      "container {}; its kernel parameters could not be read back. Run podsysctl where "
      "the daemon is, or let DOCKER_HOST name one of this machine",
      address, pid, container.name);
}

std::vector<store::NamespaceRecord> pause_namespaces(const SandboxRequest& request, pid_t pause) {
  const bool host_network = request.network == sandbox::NetworkMode::host;
  const bool host_ipc = request.pod.ipc == pod::Share::host;
  const auto path = [&](const char* kind, bool host) {
    return store::NamespaceRecord{kind, host ? "host" : fmt::format("/proc/{}/ns/{}", pause, kind)};
  };
  return {path("net", host_network), path("ipc", host_ipc), path("uts", host_network)};
}

}  // namespace podsysctl::engine
