// SPDX-License-Identifier: Apache-2.0
#include "engine/cri/runtime_containers.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "cri/process_info.h"
#include "engine/cri/sandbox_config.h"

namespace podsysctl::engine {
namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

// Between two looks: the runtime has nothing that could be waited on.
constexpr milliseconds kNoticePause{5};
constexpr milliseconds kEndingLimit{500};

}  // namespace

Result<std::vector<cri::Container>> RuntimeContainers::labelled(const ContainerRef& container) {
  return client_.containers({.labels = {{std::string(kContainerLabel), container.id}}});
}

Result<std::string> RuntimeContainers::id_of(const ContainerRef& container) {
  if (!container.runtime_id.empty()) {
    return container.runtime_id;
  }
  PSYS_TRY_ASSIGN(const auto found, labelled(container));
  if (found.empty()) {
    return Error::of(Code::not_found, "the container runtime has no container {}",
                     container.id.substr(0, 12));
  }
  return found.front().id;
}

linux::ProcessId RuntimeContainers::process_of(const std::string& id) {
  const auto status = client_.container_status(id, cri::Detail::verbose);
  if (!status || status->state != cri::ContainerState::running) {
    return {};
  }
  const Result<cri::ProcessInfo> told = cri::read_process_info(status->info);
  const Result<linux::ProcessId> process =
      told && told->pid != 0 ? linux::identify(told->pid) : linux::ProcessId{};
  return process ? *process : linux::ProcessId{};
}

Result<std::optional<int>> RuntimeContainers::ended_within(const std::string& id,
                                                           milliseconds limit) {
  const auto deadline = Steady::now() + limit;
  for (;;) {
    PSYS_TRY_ASSIGN(const cri::ContainerStatus status,
                    client_.container_status(id, cri::Detail::brief));
    if (status.state == cri::ContainerState::exited) {
      return status.exit_code;
    }
    if (Steady::now() >= deadline) {
      return std::nullopt;
    }
    std::this_thread::sleep_for(kNoticePause);
  }
}

Result<> RuntimeContainers::stop(const std::vector<StopRequest>& requests, milliseconds grace) {
  const auto deadline = Steady::now() + grace;
  std::vector<std::pair<std::string, linux::ProcessId>> ending;
  for (const StopRequest& request : requests) {
    PSYS_TRY_ASSIGN(const std::string id, id_of(request.container));
    const linux::ProcessId process =
        request.container.process.pid != 0 ? request.container.process : process_of(id);
    PSYS_TRY(linux::send_signal(process, request.signal));
    ending.emplace_back(id, process);
  }
  for (const auto& [id, process] : ending) {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - Steady::now());
    PSYS_TRY(linux::wait_until_gone(process, std::max(milliseconds(0), left)));
    // Kills what is left, and returns once the runtime has noted the end.
    PSYS_TRY(end(id));
  }
  return {};
}

// containerd answers as soon as the process is gone, and notes the end after that: to a removal in
// between the container "is still running". And the shim of one that is ending just now may hang up
// on it ("ttrpc: closed").
Result<> RuntimeContainers::end(const std::string& id) {
  const Result<> stopped = client_.stop_container(id, std::chrono::seconds(0));
  const Result<std::optional<int>> code = ended_within(id, kEndingLimit);
  return code && *code ? Result<>{} : stopped;
}

Result<> RuntimeContainers::remove(const ContainerRef& container) {
  PSYS_TRY_ASSIGN(const auto found, labelled(container));
  for (const cri::Container& each : found) {
    if (each.state == cri::ContainerState::running) {
      PSYS_TRY(end(each.id));
    }
    PSYS_TRY(client_.remove_container(each.id));
  }
  return {};
}

}  // namespace podsysctl::engine
