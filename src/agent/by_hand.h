// SPDX-License-Identifier: Apache-2.0
// Which keys of a pod a person has set since it started (`podsysctl set`): the state database
// knows. Thread-safety: any thread.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/store.h"

namespace podsysctl::agent {

class ByHand {
 public:
  explicit ByHand(std::string root) : root_(std::move(root)) {}

  // Errors: those of the store.
  [[nodiscard]] Result<std::vector<std::string>> keys_of(const std::string& pod_uid);

 private:
  std::string root_;
  std::mutex mutex_;                   // over what follows
  std::optional<store::Store> store_;  // opened when it is first asked for
};

}  // namespace podsysctl::agent
