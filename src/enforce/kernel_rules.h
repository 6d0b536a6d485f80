// SPDX-License-Identifier: Apache-2.0
// What the running kernel refuses, told in the form of upstream's verdicts: keys that it does not
// have, shows to no pod, lets no pod write, or that reach the host from there. Thread-safety: pure
// functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "policy/verdict.h"
#include "sysctl/probe.h"
#include "sysctl/probe_leaks.h"
#include "sysctl/setting.h"

namespace podsysctl::enforce {

// A module brings its sysctls. The pod's network may load connection tracking and bridge filtering:
// before it is made, nobody knows whether their keys stay absent.
enum class PodNetwork : std::uint8_t { to_be_made, made };

// By the table of known leaks; nullopt where there is none.
[[nodiscard]] std::optional<policy::Verdict> leak_verdict(const sysctl::SysctlKey& key,
                                                          sysctl::KernelVersion kernel);

// By what the probe found; a key that is not in the report is absent. An interface's key is judged
// by its family. nullopt where a pod can write it, or need not, since it reads the value already.
[[nodiscard]] std::optional<policy::Verdict> probe_verdict(const sysctl::Setting& setting,
                                                           const sysctl::ProbeReport& report,
                                                           PodNetwork network);

// The forbidden ones among the settings.
[[nodiscard]] std::vector<policy::Verdict> probe_verdicts(std::span<const sysctl::Setting> settings,
                                                          const sysctl::ProbeReport& report,
                                                          PodNetwork network);

}  // namespace podsysctl::enforce
