// SPDX-License-Identifier: Apache-2.0
// How an agent is, and how to ask one that runs (GET /v1/status, docs/api.md). Errors: not_found,
// unavailable where no agent runs there. Thread-safety: no shared state.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/caretaker.h"
#include "agent/door.h"
#include "agent/journal.h"
#include "agent/standing.h"
#include "base/result.h"

namespace podsysctl::agent {

struct PolicyState {
  std::string folder;
  std::uint64_t generation = 0;
  std::size_t policies = 0;
  std::size_t profiles = 0;
  std::uint64_t failures = 0;  // sets that were refused
  std::string error;           // of the last reload; the former set stays in force then
};

struct Status {
  std::vector<DoorState> doors;
  PolicyState policy;
  Standing pods;
  DriftCounts drift;
  Journal::State records;
};

[[nodiscard]] std::string to_json(const Status& status);
// For people: a line for each door, the policy, the pods and the records.
[[nodiscard]] std::string to_text(const Status& status);

enum class Form : std::uint8_t { json, text };
[[nodiscard]] Result<std::string> ask(const std::string& socket, Form form);

}  // namespace podsysctl::agent
