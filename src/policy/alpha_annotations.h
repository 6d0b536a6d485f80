// SPDX-License-Identifier: Apache-2.0
// The alpha annotations of Kubernetes 1.4 … 1.10: "n1=v1,n2=v2", cut at every ',' and '=', nothing
// trimmed. `sysctls` may use the safe list only, `unsafe-sysctls` the whole allowlist. Later
// versions ignore both; podsysctl honours them for every version and says so (annotation_notice).
// Errors: invalid_argument, with the kubelet's text.
// Thread-safety: pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "policy/api_validation.h"
#include "policy/kubernetes_version.h"

namespace podsysctl::policy {

inline constexpr std::string_view kSysctlsAnnotation = "security.alpha.kubernetes.io/sysctls";
inline constexpr std::string_view kUnsafeSysctlsAnnotation =
    "security.alpha.kubernetes.io/unsafe-sysctls";

// All annotations of an object together are not larger than this.
inline constexpr std::size_t kMaxAnnotationBytes = 262144;  // 256 KiB

struct AnnotatedSysctl {
  std::string name;    // as written, not normalised
  std::string value;   // may be empty or hold blanks, never ',' or '='
  std::size_t offset;  // of the name's first byte in the annotation's value
};

// The entries in their order; none for an empty annotation. Error:
// sysctl "P" not of the format sysctl_name=value
[[nodiscard]] Result<std::vector<AnnotatedSysctl>> parse_sysctls_annotation(std::string_view value);

// What the API server of 1.4 … 1.10 checks: format, names (by the regex of that time), and that no
// name is in both. Paths are metadata.annotations[KEY] and metadata.annotations[KEY][i].name.
// An absent annotation is "".
[[nodiscard]] std::vector<FieldFault> validate_alpha_annotations(std::string_view sysctls,
                                                                 std::string_view unsafe_sysctls);

// What to tell the user of an annotation that the version ignores; none before 1.11.
[[nodiscard]] std::optional<std::string> annotation_notice(std::string_view key,
                                                           KubernetesVersion version);

}  // namespace podsysctl::policy
