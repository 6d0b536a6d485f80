// SPDX-License-Identifier: Apache-2.0
// Globs of namespaces, service accounts and images: '*' stands for any characters, none included
// and '/' too, '?' for one. Everything else stands for itself. Linear in practice, at worst the
// product of both lengths. Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace podsysctl::rules {

[[nodiscard]] bool glob_matches(std::string_view glob, std::string_view text) noexcept;

// The reference with its registry: "nginx:1.27" is "docker.io/library/nginx:1.27". No tag is added.
[[nodiscard]] std::string full_image_name(std::string_view image);

// As written, or with its registry.
[[nodiscard]] bool image_matches(std::string_view glob, std::string_view image);

}  // namespace podsysctl::rules
