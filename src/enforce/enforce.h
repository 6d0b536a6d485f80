// SPDX-License-Identifier: Apache-2.0
// Enforce: settings that were judged allowed, put into effect in a target's namespaces: planned
// against what is in force there, written in order, read back, taken back on failure. Every engine
// and every other way in goes through it.
// Thread-safety: as SysctlWriter.
#pragma once

#include <functional>
#include <vector>

#include "sysctl/apply.h"
#include "sysctl/plan.h"
#include "sysctl/target.h"

namespace podsysctl::enforce {

// The report lists every setting, in the order of the plan, or as asked where no plan could be
// made; `failure` is empty where all are in force.
[[nodiscard]] sysctl::Application enforce(const std::vector<sysctl::Setting>& settings,
                                          const sysctl::Target& target,
                                          sysctl::SysctlWriter& writer);

// The same, with a word before the first write, where the target's namespaces are joined: to put
// what will be replaced on record. Where it fails nothing is written. It is asked also where there
// are no settings. Who changes more than sysctls there marks steps that this reaches as disturbed.
using BeforeWriting = std::function<Result<>(sysctl::Plan&)>;
[[nodiscard]] sysctl::Application enforce(const std::vector<sysctl::Setting>& settings,
                                          const sysctl::Target& target,
                                          sysctl::SysctlWriter& writer,
                                          const BeforeWriting& before);

// What enforce() would do now: the order, and the values that would be replaced. Nothing is
// written.
[[nodiscard]] Result<sysctl::Plan> preview(const std::vector<sysctl::Setting>& settings,
                                           const sysctl::Target& target,
                                           sysctl::SysctlWriter& writer);

}  // namespace podsysctl::enforce
