// SPDX-License-Identifier: Apache-2.0
#include "agent/standing.h"

#include <numeric>

namespace podsysctl::agent {

void Counters::add(Outcome outcome) {
  switch (outcome) {
    case Outcome::nothing:
      break;
    case Outcome::applied:
      ++applied;
      break;
    case Outcome::unchanged:
      ++unchanged;
      break;
    case Outcome::repaired:
      ++repaired;
      break;
    case Outcome::degraded:
      ++degraded;
      break;
    case Outcome::rejected:
      ++rejected;
      break;
  }
}

void Counters::add(const Counters& others) {
  applied += others.applied;
  unchanged += others.unchanged;
  repaired += others.repaired;
  rejected += others.rejected;
  degraded += others.degraded;
}

Counters Standing::counters() const {
  Counters all;
  for (const auto& [door, counters] : by_door) {
    all.add(counters);
  }
  return all;
}

std::size_t Standing::with_settings() const {
  return std::accumulate(sandboxes.begin(), sandboxes.end(), std::size_t{0}) -
         sandboxes.at(static_cast<std::size_t>(Outcome::nothing));
}

}  // namespace podsysctl::agent
