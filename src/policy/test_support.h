// SPDX-License-Identifier: Apache-2.0
// Shorthands of this folder's tests. Not part of the library.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "policy/allowlist.h"
#include "policy/kubernetes_version.h"

namespace podsysctl::policy {

// A 1.x release by a number known at run time only.
inline KubernetesVersion kube(unsigned minor_number) {
  return KubernetesVersion::parse(fmt::format("1.{}", minor_number)).value();
}

inline std::optional<KernelVersion> kernel(std::string_view text) {
  const auto parsed = KernelVersion::parse(text);
  return parsed ? std::optional(*parsed) : std::nullopt;
}

inline Result<Allowlist> try_allowlist(unsigned minor_number,
                                       const std::vector<std::string>& patterns,
                                       std::string_view kernel_text = "6.18.0") {
  return Allowlist::create(kube(minor_number), patterns, kernel(kernel_text));
}

inline Allowlist allowlist(unsigned minor_number, const std::vector<std::string>& patterns = {},
                           std::string_view kernel_text = "6.18.0") {
  return try_allowlist(minor_number, patterns, kernel_text).value();
}

// The first line: upstream's part of a message.
inline std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace podsysctl::policy
