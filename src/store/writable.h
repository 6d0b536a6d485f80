// SPDX-License-Identifier: Apache-2.0
// Whether anything can be kept in a state folder: disks fill up, and file systems with a fault turn
// read-only. Errors: those of the folder's file system, with the way out.
// Thread-safety: no shared state.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace podsysctl::store {

// Writes as much as a pod's records may need into a file without a name, and lets go of it.
[[nodiscard]] Result<> check_writable(const std::string& root);

// What a person does about an errno of a state folder, to stand behind a message; "" for others.
[[nodiscard]] std::string_view way_out(int sys_errno) noexcept;

template <class T>
[[nodiscard]] Result<T> with_way_out(Result<T> result) {
  if (!result) {
    result.error().message += way_out(result.error().sys_errno);
  }
  return result;
}

}  // namespace podsysctl::store
