// SPDX-License-Identifier: Apache-2.0
// Pod Security Admission's check of sysctls (id "sysctls", level baseline; restricted includes it):
// names as written against a list by policy version. Neither the kernel nor the node's allowlist
// plays a part, and no spelling with '/' is on the list.
// Source: the Pod Security Standards of Kubernetes 1.25 … 1.37. Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "policy/kubernetes_version.h"

namespace podsysctl::policy {

enum class SecurityLevel : std::uint8_t { privileged, baseline, restricted };

[[nodiscard]] std::string_view to_string(SecurityLevel level) noexcept;

class PodSecurity {
 public:
  // "baseline", "baseline:latest", "restricted:1.29", "restricted:v1.29", as the labels of a
  // namespace pin a version. Policy versions go from 1.0 on.
  [[nodiscard]] static Result<PodSecurity> parse(std::string_view text);

  [[nodiscard]] SecurityLevel level() const noexcept { return level_; }
  // "baseline:latest", "restricted:v1.29"
  [[nodiscard]] std::string to_string() const;

  [[nodiscard]] bool allows(std::string_view raw_name) const noexcept;

 private:
  PodSecurity(SecurityLevel level, std::optional<unsigned> minor_number)
      : level_(level), minor_number_(minor_number) {}

  SecurityLevel level_;
  std::optional<unsigned> minor_number_;  // of 1.x; none: latest
};

// The API server's words for the names that are not allowed, in the pod's order:
// violates PodSecurity "baseline:latest": forbidden sysctls (a, b)
[[nodiscard]] std::string violation(const PodSecurity& policy,
                                    const std::vector<std::string>& forbidden);

}  // namespace podsysctl::policy
