// SPDX-License-Identifier: Apache-2.0
// The description of the hook for a runtime's folder (oci-hooks(5)), built in: the file that a
// package brings, packaging/hooks.d/podsysctl-hook.json, whose hook lies elsewhere. It is for pods
// that ask by annotation; a profile that selects pods by itself needs "always".
// Thread-safety: constant.
#pragma once

#include <string_view>

namespace podsysctl::install {

[[nodiscard]] std::string_view packaged_hook_description();

}  // namespace podsysctl::install
