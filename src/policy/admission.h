// SPDX-License-Identifier: Apache-2.0
// The kubelet's admission of a pod's sysctls: each name against the allowlist, then, for a listed
// one, against the namespaces that the pod shares with the host. The kubelet stops at the first
// offender; we judge all, in the order given, so that the first forbidden verdict is the kubelet's.
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/allowlist.h"
#include "policy/host_namespaces.h"
#include "policy/verdict.h"
#include "sysctl/setting.h"

namespace podsysctl::policy {

// How the pod asks for a sysctl; decides which part of the allowlist counts.
enum class AskedBy : std::uint8_t { field, sysctls_annotation, unsafe_sysctls_annotation };

// One verdict per setting, in the same order. To have the kubelet's first offender first, give the
// entries of the `sysctls` annotation before those of `unsafe-sysctls`.
// A setting's spelling counts where it has one (the kubelet compares it before 1.23), else its
// canonical name. An annotation's settings are recognised by their origin: kind annotation, source
// ending in the annotation's key.
[[nodiscard]] std::vector<Verdict> admit(std::span<const sysctl::Setting> settings,
                                         const Allowlist& allowlist, const HostNamespaces& host);

// One name as written.
[[nodiscard]] Verdict admit_name(std::string_view raw_name, AskedBy asked_by,
                                 const Allowlist& allowlist, const HostNamespaces& host);

// The verdict on a sysctl whose namespace the pod shares with the host.
[[nodiscard]] Verdict shared_with_host(std::string_view name, sysctl::Scope scope,
                                       KubernetesVersion version);

// How the kubelet records a rejected pod (phase Failed), and all that is wrong with it.
struct Rejection {
  std::string reason;              // status.reason and the event's reason
  std::string message;             // the event's message: the first offender's
  std::string status_message;      // status.message
  std::vector<Verdict> offenders;  // never empty
};

// None where every verdict allows.
[[nodiscard]] std::optional<Rejection> rejection_of(std::span<const Verdict> verdicts,
                                                    KubernetesVersion version);

}  // namespace podsysctl::policy
