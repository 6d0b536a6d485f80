// SPDX-License-Identifier: Apache-2.0
// A state folder that cannot be written: its disk is full, or its file system has turned read-only.
// Whatever the service did to a pod then could not be put on record, so it does nothing, and makes
// up for it when the folder is back.
#include <chrono>

#include "service/node_events.h"
#include "service/supervisor.h"
#include "store/writable.h"

namespace podsysctl::service {
namespace {

constexpr std::chrono::seconds kLookAgain{10};

}  // namespace

void Supervisor::look_at_state() {
  if (looking_at_state_.exchange(true)) {
    return;
  }
  workers_.submit(JobKind::quick, [this](const Result<const node::Node*>& node) {
    take_state_finding(node);
    looking_at_state_ = false;
  });
}

// On a worker, one at a time.
void Supervisor::take_state_finding(const Result<const node::Node*>& node) {
  const Result<> writable = store::check_writable(with_.node.root);
  if (!writable && !trouble_) {
    trouble_ = StateTrouble{Steady::now(), writable.error().message};
    with_.log.say(LogLevel::error, trouble_->why +
                                       "; pods that run go on, and none is started, restarted or "
                                       "removed until it can be written again");
  } else if (writable && trouble_) {
    const auto lasted = std::chrono::ceil<std::chrono::seconds>(Steady::now() - trouble_->since);
    const std::string story = fmt::format("{}; this lasted {} s, and pods were left as they were",
                                          trouble_->why, lasted.count());
    const Result<> noted =
        node ? note_of_node(**node, store::EventType::warning, "StateNotWritable", story)
             : std::unexpected(node.error());
    if (!noted) {
      return;  // not back yet
    }
    trouble_.reset();
    with_.log.say(LogLevel::info, "the state folder can be written again");
  }
  writable_ = !trouble_;
  results_.ring();
}

void Supervisor::heed_state() {
  const bool was_held = std::exchange(held_, !writable_);
  if (held_) {
    dues_.state = dues_.state.value_or(Steady::now() + kLookAgain);
  } else if (was_held) {
    dues_.copy = Steady::now();
    for (const auto& [path, slot] : slots_) {
      if (slot.dirty && !slot.busy) {
        sync(path);
      }
    }
  }
}

}  // namespace podsysctl::service
