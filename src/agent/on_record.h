// SPDX-License-Identifier: Apache-2.0
// What the state database knows of a pod's keys: which the agent put into force, perhaps a former
// run of it, and which a person has set since (`podsysctl set`). Thread-safety: any thread.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "agent/sandbox.h"
#include "base/result.h"
#include "store/store.h"

namespace podsysctl::agent {

struct KeysOnRecord {
  std::vector<std::string> in_force;
  std::vector<std::string> by_hand;
};

class OnRecord {
 public:
  explicit OnRecord(std::string root) : root_(std::move(root)) {}

  // Nothing where another sandbox of the pod is on record, or none. Errors: those of the store.
  [[nodiscard]] Result<KeysOnRecord> keys_of(const Sandbox& sandbox);

 private:
  std::string root_;
  std::mutex mutex_;                   // over what follows
  std::optional<store::Store> store_;  // opened when it is first asked for
};

}  // namespace podsysctl::agent
