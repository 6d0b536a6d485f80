// SPDX-License-Identifier: Apache-2.0
#include "store/records.h"

#include "store/enum_texts.h"

namespace podsysctl::store {

std::string_view to_string(PodPhase phase) noexcept { return text_of(kPodPhases, phase); }
std::string_view to_string(Stage stage) noexcept { return text_of(kStages, stage); }
std::string_view to_string(Attachment attachment) noexcept {
  return text_of(kAttachments, attachment);
}
std::string_view to_string(AfterExit after_exit) noexcept {
  return text_of(kAfterExits, after_exit);
}
std::string_view to_string(ContainerKind kind) noexcept { return text_of(kContainerKinds, kind); }
std::string_view to_string(ContainerState state) noexcept {
  return text_of(kContainerStates, state);
}
std::string_view to_string(SettingState state) noexcept { return text_of(kSettingStates, state); }
std::string_view to_string(EventType type) noexcept { return text_of(kEventTypes, type); }

std::string_view to_string(AuditAction action) noexcept { return text_of(kAuditActions, action); }
std::string_view to_string(AuditOutcome outcome) noexcept {
  return text_of(kAuditOutcomes, outcome);
}

}  // namespace podsysctl::store
