// SPDX-License-Identifier: Apache-2.0
// What is put on record of a sandbox, from what was decided and done. Thread-safety: pure
// functions.
#pragma once

#include <span>
#include <string>

#include "agent/namespaces.h"
#include "agent/recorder.h"
#include "policy/verdict.h"
#include "rules/decide.h"
#include "sysctl/apply.h"

namespace podsysctl::agent {

inline constexpr std::string_view kSysctlsApplied = "SysctlsApplied";
inline constexpr std::string_view kSysctlsRepaired = "SysctlsRepaired";
inline constexpr std::string_view kSysctlNotApplied = "SysctlNotApplied";

// A pod that runs since `now`, without settings. `open` is nullptr where nobody could look.
[[nodiscard]] store::PodRecord record_of(const Sandbox& sandbox, const OpenSandbox* open,
                                         Timestamp now);

// What was put into effect, then what was forbidden or left out.
[[nodiscard]] std::vector<store::SettingRecord> settings_of(const sysctl::Application& application,
                                                            const rules::Decision& decision);

// 'forbidden sysctl: "net.core.somaxconn" not allowlisted (allow it …)'
[[nodiscard]] std::string text_of(const policy::Verdict& verdict);
// All of them: "SysctlForbidden: …; …".
[[nodiscard]] std::string text_of(std::string_view reason,
                                  std::span<const policy::Verdict> verdicts);

}  // namespace podsysctl::agent
