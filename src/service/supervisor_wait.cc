// SPDX-License-Identifier: Apache-2.0
// What the loop waits for, and how it finds out which of it has come.
#include <algorithm>

#include "linux/process.h"
#include "node/containers.h"
#include "service/supervisor.h"

namespace podsysctl::service {
namespace {

using std::chrono::milliseconds;

// Editors and configuration tools write several files, and several times, in one go.
constexpr milliseconds kSettle{150};
constexpr milliseconds kSettleAtMost{1000};

bool is_due(const Moment& moment) { return moment && *moment <= Steady::now(); }

void settle(Moment& due, Moment& first) {
  const Steady::time_point now = Steady::now();
  first = first.value_or(now);
  due = std::min(now + kSettle, *first + kSettleAtMost);
}

}  // namespace

Steady::time_point Supervisor::next_due() const {
  Steady::time_point next = dues_.look_around.value_or(Steady::now() + kLookAround);
  const auto earlier = [&next](const Moment& moment) {
    if (moment) {
      next = std::min(next, *moment);
    }
  };
  for (const Moment* due :
       {&dues_.folder, &dues_.config, &dues_.alive, &dues_.copy, &dues_.drift, &dues_.state}) {
    earlier(*due);
  }
  for (const auto& [path, slot] : slots_) {
    if (!slot.is_in_hand()) {
      earlier(slot.due);
    }
  }
  return next;
}

std::vector<linux::FdRef> Supervisor::wakes() const {
  std::vector<linux::FdRef> fds = with_.config.fds();
  fds.push_back(with_.signals.fd());
  fds.push_back(results_.fd());
  fds.push_back(with_.folder.fd());
  for (const auto& [path, slot] : slots_) {
    if (slot.pause.valid() && !slot.is_in_hand()) {
      fds.push_back(slot.pause.ref());
    }
  }
  return fds;
}

Result<> Supervisor::wait() {
  std::vector<engine::ContainerRef> running;
  for (const auto& [path, slot] : slots_) {
    if (!slot.watched || slot.is_in_hand() || slot.watched->engine != with_.engine.name()) {
      continue;
    }
    for (const store::ContainerRecord& container : slot.watched->containers) {
      running.push_back(node::ref_of(with_.node, container, slot.watched->sandbox));
    }
  }
  const auto left = std::chrono::ceil<milliseconds>(next_due() - Steady::now());
  return with_.engine.wait_for_change(running, wakes(), std::max(left, milliseconds(0)));
}

void Supervisor::take_changes() {
  // inotify tells by a queue; a poll of it costs one system call.
  if (with_.folder.take_changes()) {
    settle(dues_.folder, first_.folder);
  }
  if (with_.config.take_changes()) {
    settle(dues_.config, first_.config);
  }
}

void Supervisor::look_for_ends() {
  for (auto& [path, slot] : slots_) {
    if (!slot.watched || slot.is_in_hand()) {
      continue;
    }
    const Watched& watched = *slot.watched;
    const bool lost = slot.pause.valid() && !linux::is_alive(watched.sandbox.process);
    const bool ended = std::ranges::any_of(watched.containers, [&](const auto& container) {
      const auto code =
          with_.engine.exit_code(node::ref_of(with_.node, container, watched.sandbox));
      return !code || *code;
    });
    if (lost || ended) {
      sync(path);
    }
  }
}

void Supervisor::do_what_is_due() {
  if (is_due(dues_.alive)) {
    dues_.alive = Steady::now() + with_.manager.alive_interval().value_or(kLookAround);
    report(with_.manager.alive(), "the service manager");
  }
  if (is_due(dues_.config)) {
    dues_.config.reset();
    first_.config.reset();
    if (with_.config.has_changed()) {
      reload();
    }
  }
  if (is_due(dues_.folder)) {
    look_at_folder();
  }
  if (is_due(dues_.drift)) {
    plan_drift_check();
    look_for_drift();
  }
  if (is_due(dues_.state)) {
    dues_.state.reset();
    look_at_state();
  }
  if (is_due(dues_.copy)) {
    dues_.copy.reset();
    keep_copy();
  }
  if (is_due(dues_.look_around)) {
    dues_.look_around = Steady::now() + kLookAround;
    look_at_folder();
    look_at_state();
    sync_resting();
  }
  for (auto& [path, slot] : slots_) {
    if (is_due(slot.due)) {
      slot.due.reset();
      sync(path);
    }
  }
}

}  // namespace podsysctl::service
