// SPDX-License-Identifier: Apache-2.0
// Names as the Kubernetes API takes them. Each check returns what is wrong with a name, or nullopt.
// Source: RFC 1123 labels as apimachinery's validation uses them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace podsysctl::pod {

// Lower case letters, digits and '-', 1 to 63 bytes, not starting or ending with '-'.
[[nodiscard]] std::optional<std::string> check_dns_label(std::string_view name);
// Labels with '.' between them, at most 253 bytes.
[[nodiscard]] std::optional<std::string> check_dns_subdomain(std::string_view name);
// [prefix/]name of labels and annotations: "kubernetes.io/hostname".
[[nodiscard]] std::optional<std::string> check_label_key(std::string_view key);
// At most 63 bytes of letters, digits, '-', '_' and '.', first and last a letter or digit; or "".
[[nodiscard]] std::optional<std::string> check_label_value(std::string_view value);
// Printable ASCII without '='.
[[nodiscard]] std::optional<std::string> check_env_name(std::string_view name);
// Of a key in a ConfigMap or Secret: letters, digits, '-', '_' and '.', at most 253 bytes.
[[nodiscard]] std::optional<std::string> check_config_key(std::string_view key);
// IPv4 or IPv6 address.
[[nodiscard]] std::optional<std::string> check_ip(std::string_view address);
// Relative, not empty, without "..".
[[nodiscard]] std::optional<std::string> check_relative_path(std::string_view path);

}  // namespace podsysctl::pod
