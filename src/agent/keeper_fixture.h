// SPDX-License-Identifier: Apache-2.0
// For tests of the doors: a keeper on this host without policies. Thread-safety: as PodKeeper.
#pragma once

#include <memory>

#include <gtest/gtest.h>

#include "agent/pod_keeper.h"
#include "agent/testing.h"

namespace podsysctl::agent {

class KeeperFixture : public testing::Test {
 protected:
  void SetUp() override {
    auto keeper = PodKeeper::open(surroundings(recorder_));
    if (!keeper) {
      GTEST_SKIP() << keeper.error().message;
    }
    keeper_ = *std::move(keeper);
  }

  // What a keeper is given.
  [[nodiscard]] virtual Surroundings surroundings(Recorder& recorder) {
    return {.policies = [this] { return policies_; },
            .node = {.safe_list = allowlist_, .kernel = std::nullopt, .defaults = {}},
            .host = host_,
            .clock = clock_,
            .recorder = recorder};
  }

  // What the caretaker does beside the doors.
  void review_what_waits() {
    while (const auto due = keeper_->reviews().take_until(ReviewQueue::Time{})) {
      keeper_->review(*due);
    }
  }

  SystemClock clock_;
  KeepingLog log_;
  KeepingRecorder recorder_;
  linux::HostNamespaces host_ = linux::HostNamespaces::read().value();
  policy::Allowlist allowlist_ =
      policy::Allowlist::create(policy::KubernetesVersion::newest(), {}, std::nullopt).value();
  std::shared_ptr<const rules::PolicySet> policies_ = std::make_shared<const rules::PolicySet>();
  std::unique_ptr<PodKeeper> keeper_;
};

}  // namespace podsysctl::agent
