// SPDX-License-Identifier: Apache-2.0
// What is put on record of a sandbox, from what was decided and done. Thread-safety: pure
// functions.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/namespaces.h"
#include "agent/recorder.h"
#include "policy/verdict.h"
#include "rules/decide.h"
#include "sysctl/apply.h"

namespace podsysctl::agent {

inline constexpr std::string_view kSysctlsApplied = "SysctlsApplied";
inline constexpr std::string_view kSysctlsRepaired = "SysctlsRepaired";
inline constexpr std::string_view kSysctlNotApplied = "SysctlNotApplied";

// A pod that runs since `now`, without settings and process. `open` is nullptr where nobody could
// look.
[[nodiscard]] store::PodRecord record_of(const Sandbox& sandbox, const OpenSandbox* open,
                                         Timestamp now);

// What was put into effect, then what was forbidden or left out.
[[nodiscard]] std::vector<store::SettingRecord> settings_of(const sysctl::Application& application,
                                                            const rules::Decision& decision);

// For the audit trail: what was written into a pod that ran, by the agent.
[[nodiscard]] std::vector<store::AuditRecord> audit_of(const sysctl::Application& application,
                                                       const OpenSandbox& open,
                                                       const store::PodRecord& pod,
                                                       std::string_view reason);

// A second look at a sandbox, on the record of the first: what is in force stays on record, with
// the value that it replaced, unless it was written anew.
[[nodiscard]] std::vector<store::SettingRecord> merged(std::span<const store::SettingRecord> first,
                                                       std::vector<store::SettingRecord> second);

// 'forbidden sysctl: "net.core.somaxconn" not allowlisted (allow it …)'
[[nodiscard]] std::string text_of(const policy::Verdict& verdict);
// All of them: "SysctlForbidden: …; …".
[[nodiscard]] std::string text_of(std::string_view reason,
                                  std::span<const policy::Verdict> verdicts);

}  // namespace podsysctl::agent
