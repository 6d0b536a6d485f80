// SPDX-License-Identifier: Apache-2.0
// Records of a state folder. They are as the last command or service left them: who wants to know
// what runs refreshes them first (node/refresh.h). Thread-safety: as Store.
#pragma once

#include <string>

#include "api/records.h"
#include "store/store.h"

namespace podsysctl::api {

class FolderRecords final : public Records {
 public:
  // `store` is nullptr where there is no state in `root` yet; it outlives this object.
  FolderRecords(store::Store* store, std::string root) : store_(store), root_(std::move(root)) {}

  [[nodiscard]] Result<std::vector<ListedPod>> pods(Ended ended) override;
  [[nodiscard]] Result<InspectedPod> pod(const std::string& reference) override;
  [[nodiscard]] Result<std::vector<store::EventRecord>> events(const EventWish& wish) override;
  // Needs a state.
  [[nodiscard]] Result<EventStreams> follow(const EventWish& wish) override;

 private:
  store::Store* store_;
  std::string root_;
};

}  // namespace podsysctl::api
