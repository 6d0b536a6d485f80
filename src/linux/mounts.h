// SPDX-License-Identifier: Apache-2.0
// The few mounts that the project makes, with errors that name source and target.
// Thread-safety: they act on the calling thread's mount namespace.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace podsysctl::linux {

// overlay(5): `lower` is ordered uppermost first; `upper` and `work` lie on one file system.
struct Overlay {
  std::vector<std::string> lower;
  std::string upper;
  std::string work;
  std::string target;
};
[[nodiscard]] Result<> mount_overlay(const Overlay& overlay);

// `options` are tmpfs(5)'s: "mode=1777,size=64m".
[[nodiscard]] Result<> mount_tmpfs(const std::string& target, const std::string& options);

// Lazily; a path that is no mount point, or not there, is success.
[[nodiscard]] Result<> unmount(const std::string& path);

// Mount points at or below `folder`, deepest first.
[[nodiscard]] Result<std::vector<std::string>> mounts_below(const std::string& folder);

}  // namespace podsysctl::linux
