// SPDX-License-Identifier: Apache-2.0
// The JSON forms of pods, a contract with scripts: names and order of the members do not change.
// Thread-safety: pure functions.
#pragma once

#include <span>
#include <string>

#include "store/records.h"

namespace podsysctl::api {

// One object, indented. previous and effective are null where they were never read, exitCode where
// the container has not ended; a pid is 0 where there is no process.
[[nodiscard]] std::string inspect_json(const store::PodRecord& pod,
                                       std::span<const store::SettingRecord> settings,
                                       std::span<const store::ContainerRecord> containers);

struct ListedPod {
  store::PodRecord pod;
  std::vector<std::string> images;  // of the regular containers
};

// `ps -o json`: one array, indented.
[[nodiscard]] std::string list_json(std::span<const ListedPod> pods);

}  // namespace podsysctl::api
