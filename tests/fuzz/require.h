// SPDX-License-Identifier: Apache-2.0
// What has to hold of every input: the fuzzer takes an abort for a finding.
#pragma once

#include <cstdio>
#include <cstdlib>

inline void require(bool holds, const char* what = "a property") {
  if (!holds) {
    std::fprintf(stderr, "violated: %s\n", what);
    std::abort();
  }
}
