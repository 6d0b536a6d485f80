// SPDX-License-Identifier: Apache-2.0
// Random identifiers from the kernel (getrandom(2)). Thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace podsysctl::node {

// UUID version 4: "3f0c6d1e-…".
[[nodiscard]] std::string new_uid();
// 64 hexadecimal digits, as container runtimes use them.
[[nodiscard]] std::string new_id();
// "busybox-k7x2q": the image's last name, shortened to what a pod may be called, and five letters.
[[nodiscard]] std::string new_pod_name(std::string_view image);

}  // namespace podsysctl::node
