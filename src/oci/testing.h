// SPDX-License-Identifier: Apache-2.0
// For tests: a folder with a bundle and policies, and a process in network and ipc namespaces of
// its own that stands for a container's first one. Needs root; skips the test without.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "linux/temporary_folder.h"
#include "linux/testing/pod_process.h"

namespace podsysctl::oci {

class ContainerTest : public ::testing::Test {
 protected:
  void SetUp() override;

  // `allowed`: the entries of the only policy, for every container.
  void allow(std::string_view allowed, std::string_view more = "") const;
  // `annotation`: podsysctl.io/sysctls; `sysctls`: a JSON object. Namespaces: own net and ipc.
  void write_config(std::string_view annotation, std::string_view sysctls = "{}",
                    std::string_view namespaces =
                        R"([{"type":"network"},{"type":"ipc"},{"type":"mount"}])") const;
  // Of the process; `path` is below /proc/sys.
  [[nodiscard]] std::string value(const std::string& path) const;

  [[nodiscard]] std::string bundle() const { return folder_ / "bundle"; }
  [[nodiscard]] std::string policies() const { return folder_ / "policy.d"; }
  [[nodiscard]] const std::string& folder() const noexcept { return folder_.path(); }
  [[nodiscard]] pid_t child() const noexcept { return process_->pid(); }

 private:
  const linux::TemporaryFolder folder_ = linux::TemporaryFolder::make().value();
  std::optional<linux::PodProcess> process_;
};

}  // namespace podsysctl::oci
