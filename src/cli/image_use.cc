// SPDX-License-Identifier: Apache-2.0
#include "cli/image_use.h"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "cli/look.h"

namespace podsysctl::cli {
namespace {

Result<bool> any_pod_is_up(const std::string& root) {
  PSYS_TRY_ASSIGN(std::optional<store::Store> store, open_to_look(root));
  if (!store) {
    return false;
  }
  PSYS_TRY_ASSIGN(const auto pods, store->pods());
  return std::ranges::any_of(
      pods, [](const store::PodRecord& pod) { return pod.stage != store::Stage::stopped; });
}

}  // namespace

Result<std::vector<std::string>> layers_in_use(const std::string& root) {
  std::vector<std::string> layers;
  PSYS_TRY_ASSIGN(const bool needed, any_pod_is_up(root));
  const std::string folder = root + "/images/layers";
  std::error_code failure;
  if (!needed || !std::filesystem::exists(folder, failure)) {
    return layers;
  }
  for (std::filesystem::directory_iterator entry(folder, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    layers.push_back(entry->path().string());
  }
  if (failure) {
    return Error::from_errno(failure.value(), "list {}", folder);
  }
  return layers;
}

}  // namespace podsysctl::cli
