// SPDX-License-Identifier: Apache-2.0
#include "service/attend_pod.h"

#include <algorithm>
#include <set>
#include <utility>

#include "node/containers.h"
#include "node/images.h"
#include "node/kept_spec.h"
#include "node/restart.h"

namespace podsysctl::service {
namespace {

using std::chrono::milliseconds;
using store::ContainerRecord;
using store::ContainerState;

class Attendance {
 public:
  Attendance(const node::EngineNode& node, const store::PodRecord& pod, pod::PodSpec spec,
             Metrics& metrics, Outcome& outcome)
      : node_(node), pod_(pod), spec_(std::move(spec)), metrics_(metrics), outcome_(outcome) {}

  Result<Attended> look() {
    const engine::SandboxState sandbox = node::sandbox_of(pod_);
    PSYS_TRY_ASSIGN(std::vector<ContainerRecord> containers, node_.store.containers(pod_.uid));
    std::erase_if(containers, [](const ContainerRecord& container) {
      return container.kind != store::ContainerKind::regular;
    });
    for (ContainerRecord& container : containers) {
      PSYS_TRY(note_end(container, sandbox));
    }
    if (!node_.engine.is_up(sandbox)) {
      return wants_more(containers) ? Attended::lost_sandbox : Attended::is_over;
    }
    Watched watched{.engine = pod_.engine, .sandbox = sandbox, .containers = {}};
    for (ContainerRecord& container : containers) {
      PSYS_TRY(restart_if_due(container));
      if (container.state == ContainerState::running) {
        watched.containers.push_back(std::move(container));
      }
    }
    if (watched.containers.empty() && !outcome_.due) {
      return Attended::is_over;
    }
    outcome_.watched = std::move(watched);
    return Attended::goes_on;
  }

 private:
  Result<> note_end(ContainerRecord& container, const engine::SandboxState& sandbox) {
    const bool ran = container.state == ContainerState::running;
    PSYS_TRY_ASSIGN(container, node::note_exit(node_, container, sandbox, node::AfterEnd::unknown));
    if (ran && container.state != ContainerState::running) {
      ended_now_.insert(container.id);
    }
    return {};
  }

  [[nodiscard]] bool ended_for_good(const ContainerRecord& container) const {
    const bool ended =
        container.state == ContainerState::exited || container.state == ContainerState::failed;
    return ended && !node::wants_restart(spec_.restart, container);
  }

  // A pod that may not restart ends with its sandbox.
  [[nodiscard]] bool wants_more(const std::vector<ContainerRecord>& containers) const {
    return spec_.restart != pod::RestartPolicy::never &&
           !std::ranges::all_of(containers, [this](const ContainerRecord& container) {
             return ended_for_good(container);
           });
  }

  Result<> restart_if_due(ContainerRecord& container) {
    if (container.state == ContainerState::running || ended_for_good(container)) {
      return {};
    }
    ContainerMemory& memory = outcome_.memory.containers[container.id];
    if (container.state == ContainerState::created) {
      memory.restart_at = Steady::now();  // a restart that was killed
    } else if (!memory.restart_at) {
      PSYS_TRY(plan_restart(container, memory));
    }
    if (Steady::now() < *memory.restart_at) {
      outcome_.due = std::min(outcome_.due.value_or(*memory.restart_at), *memory.restart_at);
      return {};
    }
    return restart(container, memory);
  }

  Result<> plan_restart(const ContainerRecord& container, ContainerMemory& memory) {
    const Steady::time_point now = Steady::now();
    if (memory.started) {
      const auto ran = std::chrono::duration_cast<milliseconds>(now - *memory.started);
      memory.restart_at = now + memory.back_off.next(ran);
    } else {
      memory.back_off = node::BackOff::after(container.restart_count);
      memory.restart_at = now + left_of(memory.back_off.next(ran_on_record(container)), container);
    }
    // A service before us has told of what ended in its time.
    const bool news = memory.started || ended_now_.contains(container.id);
    return news ? node::warn_of_back_off(node_, pod_, container) : Result<>{};
  }

  // Clocks may have been set between the two: no time is negative.
  static milliseconds ran_on_record(const ContainerRecord& container) {
    if (!container.started || !container.finished) {
      return milliseconds(0);
    }
    return std::max(milliseconds(0), std::chrono::duration_cast<milliseconds>(*container.finished -
                                                                              *container.started));
  }

  // A part of the time may have passed while no service ran; never more than all of it.
  [[nodiscard]] milliseconds left_of(milliseconds delay, const ContainerRecord& container) const {
    const auto passed =
        container.finished ? node_.clock.now() - *container.finished : Timestamp::duration(0);
    return std::clamp(delay - std::chrono::duration_cast<milliseconds>(passed), milliseconds(0),
                      delay);
  }

  Result<> restart(ContainerRecord& container, ContainerMemory& memory) {
    const auto asked = std::ranges::find(spec_.containers, container.name, &pod::Container::name);
    if (asked == spec_.containers.end()) {
      return Error::of(Code::internal, "container {} is not in the manifest on record",
                       container.name);
    }
    memory.restart_at.reset();
    PSYS_TRY_ASSIGN(const node::PlannedContainer planned,
                    node::plan_container(node_, spec_, *asked, store::ContainerKind::regular,
                                         image::Pull::missing));
    metrics_.add(&Counts::restarts);
    memory.started = Steady::now();
    auto started = node::restart_container(node_, pod_, spec_, planned, container);
    if (started) {
      container = *std::move(started);
      return {};
    }
    // It is on record as failed, and waits for its next turn.
    PSYS_TRY_ASSIGN(container, node_.store.container(container.id));
    return container.state == ContainerState::failed ? restart_if_due(container)
                                                     : std::unexpected(started.error().error);
  }

  const node::EngineNode& node_;
  const store::PodRecord& pod_;
  pod::PodSpec spec_;
  Metrics& metrics_;
  Outcome& outcome_;
  std::set<std::string> ended_now_;  // ids
};

// Ours from now on, so that no command takes it for abandoned.
Result<> adopt(const node::Node& node, const linux::ProcessId& service,
               const store::PodRecord& pod) {
  if (pod.owner == service) {
    return {};
  }
  PSYS_TRY(node.store.modify_pod(pod.uid, [&](store::PodRecord& record) -> Result<> {
    record.owner = service;
    return {};
  }));
  return {};
}

}  // namespace

Result<Attended> attend_pod(const node::Node& node, const linux::ProcessId& service,
                            const store::PodRecord& pod, Metrics& metrics, Outcome& outcome) {
  PSYS_TRY(adopt(node, service, pod));
  PSYS_TRY_ASSIGN(const node::EngineNode engine, node::with_engine_of(node, pod));
  PSYS_TRY_ASSIGN(pod::PodSpec spec, node::spec_of(node, pod));
  return Attendance(engine, pod, std::move(spec), metrics, outcome).look();
}

}  // namespace podsysctl::service
