// SPDX-License-Identifier: Apache-2.0
// Work inside another mount namespace. A thread may join one only after it has left the process's
// shared root and working folder (unshare(CLONE_FS), setns(2)), so it happens on a thread of its
// own that ends with the work. Thread-safety: may be called from any thread.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "linux/fd.h"
#include "linux/namespaces.h"

namespace podsysctl::linux {

// Runs `work` there. Paths are looked up there; descriptors that it opens stay valid; it may change
// the working folder, which is the thread's own.
[[nodiscard]] Result<> in_mount_namespace(const Namespace& mounts,
                                          const std::function<Result<>()>& work);

// mount --rbind of what `source` (it may be O_PATH) refers to; it must have been opened in this
// thread's mount namespace. `name` is for messages.
[[nodiscard]] Result<> bind_mount(FdRef source, const std::string& target, std::string_view name);

// Gives `to` the owner and mode of `from`.
[[nodiscard]] Result<> copy_owner_and_mode(const std::string& from, const std::string& to);

}  // namespace podsysctl::linux
