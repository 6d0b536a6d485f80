// SPDX-License-Identifier: Apache-2.0
// How the agent's pods stand, in numbers. Thread-safety: values.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "agent/sandbox_book.h"
#include "api/histogram.h"
#include "base/clock.h"

namespace podsysctl::agent {

// Sandboxes by what became of them.
struct Counters {
  std::uint64_t applied = 0;
  std::uint64_t unchanged = 0;  // had all their values already
  std::uint64_t repaired = 0;   // ran without some of them
  std::uint64_t rejected = 0;
  std::uint64_t degraded = 0;  // run without some or all of what they asked for; not under Warn

  void add(Outcome outcome);
  void add(const Counters& others);
};

struct Standing {
  std::map<std::string, Counters> by_door;
  std::uint64_t late = 0;                          // the runtime did not wait for the answer
  api::Histogram starts;                           // how long a runtime waited for an answer
  std::array<std::size_t, kOutcomes> sandboxes{};  // that are there now, by outcome
  std::size_t waiting = 0;                         // for a review
  std::string last_fault;                          // "" where there was none
  Timestamp last_fault_at{};

  [[nodiscard]] Counters counters() const;  // of all doors
  [[nodiscard]] std::size_t with_settings() const;
};

}  // namespace podsysctl::agent
