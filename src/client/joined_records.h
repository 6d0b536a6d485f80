// SPDX-License-Identifier: Apache-2.0
// Records of two places as one: those of podsysctl itself, and of the agent. A pod that both know
// is the first one's. Thread-safety: that of the two.
#pragma once

#include "api/records.h"

namespace podsysctl::client {

class JoinedRecords final : public api::Records {
 public:
  // Both outlive this object.
  JoinedRecords(api::Records& first, api::Records& second) : first_(first), second_(second) {}

  [[nodiscard]] Result<std::vector<api::ListedPod>> pods(api::Ended ended) override;
  [[nodiscard]] Result<api::InspectedPod> pod(const std::string& reference) override;
  [[nodiscard]] Result<std::vector<store::EventRecord>> events(const api::EventWish& wish) override;
  [[nodiscard]] Result<api::EventStreams> follow(const api::EventWish& wish) override;

 private:
  api::Records& first_;
  api::Records& second_;
};

}  // namespace podsysctl::client
