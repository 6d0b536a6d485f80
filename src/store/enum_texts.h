// SPDX-License-Identifier: Apache-2.0
// The texts of the enums of records.h, by value: one table for writing and reading each.
// Thread-safety: constant data.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "base/result.h"
#include "base/strings.h"
#include "store/audit_records.h"
#include "store/records.h"

namespace podsysctl::store {

template <class Enum, std::size_t N>
struct EnumTexts {
  std::string_view what;
  std::array<std::string_view, N> texts;  // in the order of the enumerators
};

inline constexpr EnumTexts<PodPhase, 5> kPodPhases{
    "pod phase", {"Pending", "Running", "Succeeded", "Failed", "Unknown"}};
inline constexpr EnumTexts<Stage, 9> kStages{
    "stage",
    {"recorded", "sandbox", "network", "sysctls", "containers", "started", "stopping", "stopped",
     "removing"}};
inline constexpr EnumTexts<Attachment, 3> kAttachments{"attachment",
                                                       {"attached", "detached", "service"}};
inline constexpr EnumTexts<AfterExit, 2> kAfterExits{"after exit", {"keep-record", "remove-pod"}};
inline constexpr EnumTexts<ContainerKind, 2> kContainerKinds{"container kind", {"regular", "init"}};
inline constexpr EnumTexts<ContainerState, 4> kContainerStates{
    "container state", {"created", "running", "exited", "failed"}};
inline constexpr EnumTexts<SettingState, 4> kSettingStates{
    "setting state", {"applied", "unchanged", "refused", "rolled-back"}};
inline constexpr EnumTexts<EventType, 2> kEventTypes{"event type", {"Normal", "Warning"}};
inline constexpr EnumTexts<AuditAction, 4> kAuditActions{"audit action",
                                                         {"set", "undo", "repair", "live-sockets"}};
inline constexpr EnumTexts<AuditOutcome, 5> kAuditOutcomes{
    "audit outcome", {"begun", "applied", "unchanged", "refused", "rolled-back"}};

template <class Enum, std::size_t N>
[[nodiscard]] constexpr std::string_view text_of(const EnumTexts<Enum, N>& table,
                                                 Enum value) noexcept {
  const auto index = static_cast<std::size_t>(value);
  return index < N ? table.texts[index] : std::string_view();
}

// internal: a text in the database that no version of ours wrote.
template <class Enum, std::size_t N>
[[nodiscard]] Result<Enum> value_of(const EnumTexts<Enum, N>& table, std::string_view text) {
  const auto at = std::find(table.texts.begin(), table.texts.end(), text);
  if (at == table.texts.end()) {
    return Error::of(Code::internal, "state database: {} is no {}", in_quotes(text), table.what);
  }
  return static_cast<Enum>(at - table.texts.begin());
}

}  // namespace podsysctl::store
