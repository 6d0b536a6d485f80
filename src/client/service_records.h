// SPDX-License-Identifier: Apache-2.0
// Records that a service is asked for. Thread-safety: as Service.
#pragma once

#include "api/records.h"
#include "client/service.h"

namespace podsysctl::client {

class ServiceRecords final : public api::Records {
 public:
  explicit ServiceRecords(Service& service) : service_(service) {}

  [[nodiscard]] Result<std::vector<api::ListedPod>> pods(api::Ended ended) override;
  [[nodiscard]] Result<api::InspectedPod> pod(const std::string& reference) override;
  [[nodiscard]] Result<std::vector<store::EventRecord>> events(const api::EventWish& wish) override;
  [[nodiscard]] Result<api::EventStreams> follow(const api::EventWish& wish) override;

 private:
  Service& service_;
};

}  // namespace podsysctl::client
