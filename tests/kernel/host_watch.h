// SPDX-License-Identifier: Apache-2.0
// Watches that a test leaves the host's sysctls alone: the values of this thread's namespaces at
// construction are compared at the end. Keys that nobody can write (counters) are not looked at.
#pragma once

#include <string>
#include <vector>

#include "sysctl/probe_views.h"

namespace podsysctl::kernel_test {

class HostWatch {
 public:
  HostWatch();
  // "net.core.somaxconn: was 4096, is 128", one per change since construction.
  [[nodiscard]] std::vector<std::string> changes() const;

 private:
  sysctl::View before_;
};

}  // namespace podsysctl::kernel_test
