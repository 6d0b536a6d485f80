// SPDX-License-Identifier: Apache-2.0
// The CNI chained plugin podsysctl-cni: puts a pod's net.* sysctls into effect in its network
// namespace, held against the policies, and takes them back on DEL. Source: CNI specification
// 1.1.0. Thread-safety: no shared state; one call a process.
#pragma once

#include <string>
#include <string_view>

#include "cni/request.h"

namespace podsysctl::cni {

// What to print and how to end.
struct Answer {
  int exit_code = 0;
  std::string out;
  std::string err;
};

[[nodiscard]] Answer run(const Lookup& variable, std::string_view input);

}  // namespace podsysctl::cni
