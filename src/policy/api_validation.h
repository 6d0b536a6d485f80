// SPDX-License-Identifier: Apache-2.0
// What the API server checks in spec.securityContext.sysctls before any kubelet sees the pod: names
// (never values), duplicates as written, host namespaces (from 1.29 on), Windows (from 1.24 on).
// Faults are values, not errors: all of them are listed, in upstream's order.
// Thread-safety: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/host_namespaces.h"
#include "policy/kubernetes_version.h"

namespace podsysctl::policy {

enum class PodOs : std::uint8_t { linux_os, windows };

enum class FaultKind : std::uint8_t { required, name, duplicate, host_namespace, windows };

struct FieldFault {
  std::optional<std::size_t> index;  // of the sysctl; none where the whole list is meant
  std::string path;                  // "spec.securityContext.sysctls[0].name"
  std::string detail;                // "Invalid value: \"X\": must have …", upstream's words
  std::string hint;                  // one line that says what to do
  FaultKind kind = FaultKind::name;

  // "spec.securityContext.sysctls[0].name: Required value", as kubectl prints it.
  [[nodiscard]] std::string text() const { return path + ": " + detail; }
};

inline constexpr std::string_view kPodSpecPath = "spec";
inline constexpr std::string_view kTemplateSpecPath = "spec.template.spec";

struct ApiContext {
  KubernetesVersion version = KubernetesVersion::newest();
  HostNamespaces host;
  PodOs os = PodOs::linux_os;
  std::string_view spec_path = kPodSpecPath;  // of the PodSpec within its object
};

// `names` as written in the manifest, in its order.
[[nodiscard]] std::vector<FieldFault> validate_sysctl_names(std::span<const std::string> names,
                                                            const ApiContext& context);

// Upstream's texts, shared with the other validations: "Invalid value: \"X\": RULE", and the rule
// of names with its regex.
[[nodiscard]] std::string invalid_value(std::string_view value, std::string_view rule);
[[nodiscard]] std::string name_rule(KubernetesVersion version);

// A sentence for a version that does not know the field (before 1.11 it is dropped without a word).
[[nodiscard]] std::optional<std::string> field_notice(KubernetesVersion version);

}  // namespace podsysctl::policy
