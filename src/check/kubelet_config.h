// SPDX-License-Identifier: Apache-2.0
// The two fields of a KubeletConfiguration that are about sysctls, allowedUnsafeSysctls and
// defaultPodSysctls, and the rules on them (111 … 113). Both are judged as the kubelet of the
// version does at its start; patterns also as a later one would.
// Errors: invalid_argument, "FILE:LINE:COLUMN: …". Thread-safety: pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "check/finding.h"
#include "policy/default_sysctls.h"
#include "policy/kubernetes_version.h"
#include "yaml/value.h"

namespace podsysctl::check {

inline constexpr std::string_view kKubeletConfigurationKind = "KubeletConfiguration";

// An entry of an allowlist, and where it stands.
struct NodePattern {
  std::string text;
  Place place;
};

struct KubeletSysctls {
  std::vector<NodePattern> patterns;
  std::vector<policy::DefaultSysctls::Entry> defaults;
  std::vector<Place> default_places;  // of the values
};

// The first KubeletConfiguration of a file.
[[nodiscard]] Result<KubeletSysctls> read_kubelet_config(std::string_view text,
                                                         std::string_view source);

// What the kubelet's start would fail on, and which patterns a newer kubelet refuses.
void check_patterns(std::span<const NodePattern> patterns, policy::KubernetesVersion version,
                    Sink& sink);
void check_defaults(const KubeletSysctls& given, policy::KubernetesVersion version, Sink& sink);

// Both, for an object among the manifests.
void check_kubelet_configuration(const yaml::Value& object, policy::KubernetesVersion version,
                                 Sink& sink);

}  // namespace podsysctl::check
