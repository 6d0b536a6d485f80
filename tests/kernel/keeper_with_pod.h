// SPDX-License-Identifier: Apache-2.0
// For tests of the agent's core: a keeper with policies, and the process of a pod in namespaces of
// its own. The host has the same values afterwards. Needs root; skips the test without.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include "agent/keeper_fixture.h"
#include "host_watch.h"
#include "linux/testing/pod_process.h"

namespace podsysctl::kernel_test {

class KeeperWithPod : public agent::KeeperFixture {
 protected:
  using Prepare = std::function<Result<>()>;

  // `prepare` runs in the pod.
  explicit KeeperWithPod(
      std::string_view policies, Prepare prepare = [] { return Result<>(); })
      : first_policies_(policies), prepare_(std::move(prepare)) {}

  void SetUp() override;
  void TearDown() override;

  void set_policies(std::string_view text);
  // In place of the one before.
  void start_pod();
  [[nodiscard]] pid_t pid() const { return pod_->pid(); }

  std::optional<linux::PodProcess> pod_;

 private:
  std::string_view first_policies_;
  Prepare prepare_;
  std::optional<HostWatch> watch_;
};

}  // namespace podsysctl::kernel_test
