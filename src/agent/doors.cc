// SPDX-License-Identifier: Apache-2.0
#include "agent/doors.h"

#include <utility>

namespace podsysctl::agent {

Result<std::unique_ptr<Doors>> Doors::start(std::vector<std::unique_ptr<Door>> doors) {
  PSYS_TRY_ASSIGN(linux::WakeUp stop, linux::WakeUp::open());
  PSYS_TRY_ASSIGN(linux::WakeUp ended, linux::WakeUp::open());
  std::unique_ptr<Doors> all(new Doors(std::move(stop), std::move(ended)));
  for (std::unique_ptr<Door>& door : doors) {
    Open& open = *all->open_.emplace_back(std::make_unique<Open>());
    open.door = std::move(door);
    open.thread = std::thread([&open, all = all.get()] {
      open.outcome = open.door->run(all->stop_.fd());
      all->ended_.ring();
    });
  }
  return all;
}

Doors::~Doors() {
  // Whoever wanted to know has called stop() before.
  static_cast<void>(stop());
}

std::vector<DoorState> Doors::states() const {
  std::vector<DoorState> states;
  states.reserve(open_.size());
  for (const std::unique_ptr<Open>& open : open_) {
    states.push_back(open->door->state());
  }
  return states;
}

Result<> Doors::stop() {
  stop_.ring();
  Result<> first;
  for (const std::unique_ptr<Open>& open : open_) {
    if (open->thread.joinable()) {
      open->thread.join();
    }
    if (first && !open->outcome) {
      first = open->outcome;
    }
  }
  return first;
}

}  // namespace podsysctl::agent
