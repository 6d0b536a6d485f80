// SPDX-License-Identifier: Apache-2.0
// How an agent is, and how to ask one that runs: it answers whoever connects to its socket, and
// hangs up. Errors: not_found, unavailable where no agent runs there. Thread-safety: no shared
// state.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/door.h"
#include "agent/journal.h"
#include "agent/pod_keeper.h"
#include "base/result.h"
#include "linux/fd.h"

namespace podsysctl::agent {

struct PolicyState {
  std::string folder;
  std::uint64_t generation = 0;
  std::size_t policies = 0;
  std::size_t profiles = 0;
  std::string error;  // of the last reload; the former set stays in force then
};

struct Status {
  std::vector<DoorState> doors;
  PolicyState policy;
  PodKeeper::Standing pods;
  Journal::State records;
};

[[nodiscard]] std::string to_json(const Status& status);
// For people: a line for each door, the policy, the pods and the records.
[[nodiscard]] std::string to_text(const Status& status);

// How an agent is asked: one line, "json" or "text".
enum class Form : std::uint8_t { json, text };
[[nodiscard]] Result<std::string> ask(const std::string& socket, Form form);
// The other side: reads the line, answers, and waits for nobody.
void answer(linux::FdRef connection, const Status& status);

}  // namespace podsysctl::agent
