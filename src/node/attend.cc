// SPDX-License-Identifier: Apache-2.0
#include "node/attend.h"

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "linux/signals.h"
#include "node/back_off.h"
#include "node/refresh.h"
#include "node/restart.h"
#include "node/teardown.h"

namespace podsysctl::node {
namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;
using store::ContainerRecord;
using store::ContainerState;

// One container and when it is to be started again.
struct Attended {
  const PlannedContainer* planned;
  ContainerRecord record;
  BackOff back_off;
  Steady::time_point started = Steady::now();
  std::optional<Steady::time_point> restart_at;
};

class Attendance {
 public:
  Attendance(const EngineNode& node, const LaunchedPod& launched, const pod::PodSpec& spec,
             std::vector<ContainerRecord> containers, const Outputs& outputs)
      : node_(node),
        launched_(launched),
        spec_(spec),
        sandbox_(sandbox_of(launched.pod)),
        outputs_(outputs) {
    for (std::size_t i = 0; i < containers.size(); ++i) {
      const std::string prefix =
          containers.size() > 1 ? fmt::format("[{}] ", containers[i].name) : "";
      followers_.emplace_back(containers[i].log_path, prefix, FollowOptions{});
      attended_.push_back({.planned = &launched.containers[i], .record = std::move(containers[i])});
    }
  }

  [[nodiscard]] Result<> serve() {
    PSYS_TRY_ASSIGN(auto signals, linux::SignalEvents::block({SIGINT, SIGTERM, SIGHUP}));
    PSYS_TRY_ASSIGN(auto logs, linux::FolderWatch::open(log_folder()));
    while (has_work()) {
      PSYS_TRY(node_.engine.wait_for_change(running(), {signals.fd(), logs.fd()}, time_left()));
      PSYS_TRY(logs.wait(milliseconds(0)));
      PSYS_TRY(pump());
      if (signals.next()) {
        PSYS_TRY(node_.store.modify_pod(launched_.pod.uid, note_stopping));
        return stop_all();
      }
      PSYS_TRY(note_ends());
      PSYS_TRY(restart_due());
    }
    return pump();
  }

  [[nodiscard]] int exit_code() const {
    for (const Attended& attended : attended_) {
      if (const int code = attended.record.exit_code.value_or(0); code != 0) {
        return code;
      }
    }
    return 0;
  }

 private:
  static Result<> note_stopping(store::PodRecord& pod) {
    pod.reason = "Stopped";
    return {};
  }

  std::string log_folder() const { return place_of(node_, launched_.pod.uid).folder + "/logs"; }

  bool has_work() const {
    return std::ranges::any_of(attended_, [](const Attended& attended) {
      return attended.record.state == ContainerState::running || attended.restart_at;
    });
  }

  std::vector<engine::ContainerRef> running() const {
    std::vector<engine::ContainerRef> refs;
    for (const Attended& attended : attended_) {
      if (attended.record.state == ContainerState::running) {
        refs.push_back(ref_of(node_, attended.record, sandbox_));
      }
    }
    return refs;
  }

  milliseconds time_left() const {
    milliseconds least{-1};
    for (const Attended& attended : attended_) {
      if (attended.restart_at) {
        const auto left = std::max(milliseconds(0), std::chrono::duration_cast<milliseconds>(
                                                        *attended.restart_at - Steady::now()) +
                                                        milliseconds(1));
        least = least.count() < 0 ? left : std::min(least, left);
      }
    }
    return least;
  }

  Result<> pump() {
    for (LogFollower& follower : followers_) {
      PSYS_TRY(follower.pump(outputs_));
    }
    return {};
  }

  Result<> note_ends() {
    for (Attended& attended : attended_) {
      if (attended.record.state != ContainerState::running) {
        continue;
      }
      PSYS_TRY_ASSIGN(attended.record,
                      note_exit(node_, attended.record, sandbox_, AfterEnd::unknown));
      if (attended.record.state != ContainerState::running &&
          wants_restart(spec_.restart, attended.record)) {
        PSYS_TRY(plan_restart(attended));
      }
    }
    return {};
  }

  Result<> plan_restart(Attended& attended) {
    const auto ran = std::chrono::duration_cast<milliseconds>(Steady::now() - attended.started);
    attended.restart_at = Steady::now() + attended.back_off.next(ran);
    return warn_of_back_off(node_, launched_.pod, attended.record);
  }

  Result<> restart_due() {
    for (Attended& attended : attended_) {
      if (attended.restart_at && *attended.restart_at <= Steady::now()) {
        attended.restart_at.reset();
        attended.started = Steady::now();
        PSYS_TRY(restart(attended));
      }
    }
    return {};
  }

  Result<> restart(Attended& attended) {
    auto started =
        restart_container(node_, launched_.pod, spec_, *attended.planned, attended.record);
    if (!started) {
      return std::unexpected(started.error().error);
    }
    attended.record = *std::move(started);
    return {};
  }

  Result<> stop_all() {
    std::vector<engine::StopRequest> requests;
    for (Attended& attended : attended_) {
      attended.restart_at.reset();
      if (attended.record.state == ContainerState::running) {
        requests.push_back(stop_request_of(node_, attended.record, sandbox_));
      }
    }
    PSYS_TRY(node_.engine.stop_containers(requests, launched_.pod.grace));
    for (Attended& attended : attended_) {
      PSYS_TRY_ASSIGN(attended.record,
                      note_exit(node_, attended.record, sandbox_, AfterEnd::certain));
    }
    return pump();
  }

  const EngineNode& node_;
  const LaunchedPod& launched_;
  const pod::PodSpec& spec_;
  engine::SandboxState sandbox_;
  Outputs outputs_;
  std::vector<Attended> attended_;
  std::vector<LogFollower> followers_;
};

}  // namespace

Result<int> attend(const EngineNode& node, const LaunchedPod& launched, const pod::PodSpec& spec,
                   std::vector<ContainerRecord> containers, const Outputs& outputs) {
  Attendance attendance(node, launched, spec, std::move(containers), outputs);
  const Result<> served = attendance.serve();
  PSYS_TRY_ASSIGN(const auto records, node.store.containers(launched.pod.uid));
  const Derived derived = derive_phase(records);
  PSYS_TRY(stop_pod(
      node, launched.pod.uid,
      Ending{.phase = derived.phase == store::PodPhase::succeeded ? store::PodPhase::succeeded
                                                                  : store::PodPhase::failed,
             .reason = derived.reason},
      milliseconds(0)));
  PSYS_TRY(served);
  return attendance.exit_code();
}

}  // namespace podsysctl::node
