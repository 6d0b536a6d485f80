// SPDX-License-Identifier: Apache-2.0
#include "linux/small_memory.h"

#include <malloc.h>

namespace podsysctl::linux {

void keep_memory_small() noexcept {
  ::mallopt(M_ARENA_MAX, 2);
  ::mallopt(M_TRIM_THRESHOLD, 256 * 1024);
  ::mallopt(M_MMAP_THRESHOLD, 256 * 1024);
}

void give_back_memory() noexcept { ::malloc_trim(0); }

}  // namespace podsysctl::linux
