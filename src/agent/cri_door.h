// SPDX-License-Identifier: Apache-2.0
// The door to a runtime of Kubernetes that asks nobody (containerd 1.6, or 1.7 and CRI-O with NRI
// off): its sandboxes are followed over the Container Runtime Interface, and values come right
// after a sandbox's start. A containerd says at once when one starts, by its own events; any other
// runtime's list is read again and again. GetContainerEvents is not used: containerd 1.7 and CRI-O
// 1.26 give each of those events to one listener only, and the kubelet may be the one that misses
// it. Thread-safety: as agent/door.h has it.
#pragma once

#include <chrono>
#include <string>

#include "agent/door.h"
#include "agent/pod_keeper.h"
#include "agent/presence.h"
#include "agent/task_watch.h"
#include "base/log.h"

namespace podsysctl::agent {

class CriSession;

class CriDoor final : public Door {
 public:
  // `interval`: between two looks at the list of a runtime that has no events.
  CriDoor(PodKeeper& keeper, Log& log, std::string socket, std::chrono::milliseconds interval)
      : keeper_(keeper),
        socket_(std::move(socket)),
        interval_(interval),
        presence_("cri", socket_, log) {}

  [[nodiscard]] Result<> run(linux::FdRef stop) override;
  [[nodiscard]] DoorState state() const override { return presence_.state(); }

 private:
  [[nodiscard]] Result<Parting> serve(linux::FdRef stop);
  [[nodiscard]] Result<Parting> follow(CriSession& session, TaskWatch* watch, linux::FdRef stop);

  PodKeeper& keeper_;
  std::string socket_;
  std::chrono::milliseconds interval_;
  Presence presence_;
};

}  // namespace podsysctl::agent
