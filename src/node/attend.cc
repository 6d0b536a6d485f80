// SPDX-License-Identifier: Apache-2.0
#include "node/attend.h"

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "linux/signals.h"
#include "node/events.h"
#include "node/refresh.h"
#include "node/teardown.h"

namespace podsysctl::node {
namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;
using store::ContainerRecord;
using store::ContainerState;

constexpr std::chrono::seconds kFirstBackOff{10};
constexpr std::chrono::seconds kLongestBackOff{300};
constexpr std::chrono::seconds kCalm{600};  // a run this long forgets former failures

// One container and when it is to be started again.
struct Attended {
  const PlannedContainer* planned;
  ContainerRecord record;
  std::chrono::seconds back_off = kFirstBackOff;
  Steady::time_point started = Steady::now();
  std::optional<Steady::time_point> restart_at;
};

bool wants_restart(pod::RestartPolicy policy, const ContainerRecord& record) {
  return policy == pod::RestartPolicy::always ||
         (policy == pod::RestartPolicy::on_failure && record.exit_code.value_or(1) != 0);
}

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
    if (Steady::now() - attended.started >= kCalm) {
      attended.back_off = kFirstBackOff;
    }
    attended.restart_at = Steady::now() + attended.back_off;
    attended.back_off = std::min(attended.back_off * 2, kLongestBackOff);
    return warn(node_, launched_.pod, "BackOff",
                fmt::format("Back-off restarting container {}, which ended with exit code {}",
                            attended.record.name, attended.record.exit_code.value_or(-1)));
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

  // The same record once more, with a fresh writable layer.
  Result<> restart(Attended& attended) {
    PSYS_TRY(node_.engine.remove_container(ref_of(node_, attended.record, sandbox_)));
    PSYS_TRY_ASSIGN(
        attended.record,
        node_.store.modify_container(attended.record.id, [](ContainerRecord& record) -> Result<> {
          record.state = ContainerState::created;
          record.process = {};
          record.monitor = {};
          record.exit_code.reset();
          record.finished.reset();
          record.reason.clear();
          ++record.restart_count;
          return {};
        }));
    auto started = start_recorded(node_, launched_.pod, spec_, *attended.planned, attended.record);
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
