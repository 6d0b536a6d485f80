// SPDX-License-Identifier: Apache-2.0
// For processes that stay: the allocator keeps few arenas for the threads, and gives back to the
// kernel what they leave. Thread-safety: keep_memory_small() before there is another thread.
#pragma once

namespace podsysctl::linux {

void keep_memory_small() noexcept;

// After something that took much and is over. Any thread; takes some milliseconds.
void give_back_memory() noexcept;

}  // namespace podsysctl::linux
