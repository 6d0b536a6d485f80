// SPDX-License-Identifier: Apache-2.0
// New namespaces for the caller itself, and a child process for what a thread cannot do: making or
// joining a user namespace needs a process with a single thread (user_namespaces(7)).
// Thread-safety: both may be called from any thread; unshare acts on the calling thread only.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "base/result.h"
#include "linux/namespaces.h"

namespace podsysctl::linux {

// unshare(2). Never on a thread that goes on to do something else: see linux/worker_thread.h.
[[nodiscard]] Result<> unshare_namespaces(std::span<const NamespaceKind> kinds);

// Runs `work` in a forked child and returns its text, or its error. The child has one thread and
// ends without running destructors or exit handlers of ours; it must not take locks other than
// malloc's, which glibc keeps usable after fork(2).
[[nodiscard]] Result<std::string> call_in_child(const std::function<Result<std::string>()>& work);

}  // namespace podsysctl::linux
