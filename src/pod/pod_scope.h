// SPDX-License-Identifier: Apache-2.0
// What the readers of containers, variables and volumes need to know of the pod around them.
#pragma once

#include <cstddef>
#include <string>

#include "pod/config_store.h"
#include "pod/spec.h"

namespace podsysctl::pod {

// Copies of ConfigMaps, variables and arguments in one pod: a small file can ask for the same
// megabyte many times.
class CopyBudget {
 public:
  static constexpr std::size_t kBytes = std::size_t{32} << 20U;

  // False once the pod has asked for more than kBytes.
  [[nodiscard]] bool spend(std::size_t bytes) {
    left_ -= bytes < left_ ? bytes : left_;
    return left_ > 0;
  }

 private:
  std::size_t left_ = kBytes;
};

struct PodScope {
  const PodSpec* pod = nullptr;  // metadata and volumes are read already
  const ConfigStore* config = nullptr;
  CopyBudget* budget = nullptr;
  std::string service_account = "default";
};

}  // namespace podsysctl::pod
