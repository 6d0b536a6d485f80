// SPDX-License-Identifier: Apache-2.0
// What manifests are held against: versions, the node's allowlist, the level of Pod Security, the
// container runtime, and which rules count as what. Made once, read by every thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "check/rules.h"
#include "policy/allowlist.h"
#include "policy/default_sysctls.h"
#include "policy/kubernetes_version.h"
#include "policy/pod_security.h"
#include "rules/types.h"
#include "sysctl/kernel_version.h"

namespace podsysctl::check {

enum class Runtime : std::uint8_t { unknown, containerd, cri_o, docker };

[[nodiscard]] std::optional<Runtime> runtime_from_string(std::string_view text) noexcept;

// A kernel release, as both sides compare it: Kubernetes by all of its digits, the data by the
// upstream version behind it.
struct Kernel {
  std::string release;  // "5.10.0-46-amd64"
  policy::KernelVersion kubernetes;
  sysctl::KernelVersion upstream;

  // `version` is uname's second text, which names the upstream version on some distributions.
  [[nodiscard]] static Result<Kernel> parse(std::string_view release,
                                            std::string_view version = "");
};

// Where no kernel is given, a new one: no advice about kernels that nobody asked about.
inline constexpr std::string_view kAssumedKernel = "7.2";

struct Context {
  policy::KubernetesVersion kubernetes;
  Kernel kernel;
  policy::Allowlist allowlist;
  std::optional<policy::PodSecurity> pod_security;
  std::optional<policy::DefaultSysctls> default_sysctls;  // of the kubelet's configuration
  std::optional<rules::PolicySet> policies;               // what the node's admin allows pods
  Runtime runtime = Runtime::unknown;
  Severities severities = default_severities();
};

}  // namespace podsysctl::check
