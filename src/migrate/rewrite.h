// SPDX-License-Identifier: Apache-2.0
// A plan into edits of the manifest. Either all of a plan's edits are made, or none.
// Thread-safety: one editor, one thread.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "edit/editor.h"
#include "migrate/plan.h"
#include "pod/workload.h"

namespace podsysctl::migrate {

enum class Target : std::uint8_t { field, annotation, profile };

inline constexpr std::string_view kSettingsAnnotation = "podsysctl.io/sysctls";
inline constexpr std::string_view kProfileAnnotation = "podsysctl.io/profile";

// `profile` is the name for Target::profile. Errors: unsupported where the layout of the manifest
// does not allow it.
[[nodiscard]] Result<> rewrite(const pod::Workload& workload, const Plan& plan, Target target,
                               const std::string& profile, edit::Editor& editor);

// "key = value" lines, as sysctl.conf(5) has them.
[[nodiscard]] std::string conf_text(const Settings& settings);

// The settings of such a text: what --to annotation left in an earlier run.
[[nodiscard]] Settings settings_of_conf(std::string_view text);

// The index of an entry of a mapping, or its size.
[[nodiscard]] std::size_t entry_index(const yaml::Node& mapping, std::string_view name);

// Adds settings to spec.securityContext.sysctls, which is made where it is missing.
[[nodiscard]] Result<> add_to_field(const pod::Workload& workload, const Settings& settings,
                                    edit::Editor& editor);

}  // namespace podsysctl::migrate
