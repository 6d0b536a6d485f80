// SPDX-License-Identifier: Apache-2.0
// Judge: whether settings may be put into effect, before anything is made or written. Upstream's
// rules first, in upstream's words (the API server's and the kubelet's for manifests, docker's and
// the OCI runtime's for `run --sysctl`), then the kernel's (known leaks, and what the probe found)
// and the values'. Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "policy/admission.h"
#include "policy/allowlist.h"
#include "policy/host_namespaces.h"
#include "sysctl/probe.h"
#include "sysctl/probe_leaks.h"
#include "sysctl/setting.h"

namespace podsysctl::enforce {

// Whose rules hold.
enum class Door : std::uint8_t {
  manifest,  // a Pod: allowlist and API validation, as Kubernetes
  flags,     // one container from flags: namespaced keys only, as docker run
};

// Reasons of our own, beside upstream's SysctlForbidden.
inline constexpr std::string_view kSysctlInvalid = "SysctlInvalid";

struct Context {
  Door door = Door::manifest;
  policy::HostNamespaces host;
  const policy::Allowlist& allowlist;           // not looked at for Door::flags
  std::optional<sysctl::KernelVersion> kernel;  // of the node, for its known leaks
  // What the probe found about these very keys; unset where it was not asked, and the write
  // decides.
  std::optional<sysctl::ProbeReport> probed;
};

// None: allowed. Every offender is listed, upstream's first offender first.
[[nodiscard]] std::optional<policy::Rejection> judge(std::span<const sysctl::Setting> settings,
                                                     const Context& context);

}  // namespace podsysctl::enforce
