// SPDX-License-Identifier: Apache-2.0
// For tests: a process that holds fresh net, ipc, uts and mount namespaces, a root file system made
// of busybox, and containers in it. Everything is removed again, to the last control group.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/result.h"
#include "engine/embedded/cgroup.h"
#include "engine/embedded/oci_spec.h"
#include "engine/embedded/runtime.h"
#include "linux/namespaces.h"

namespace podsysctl::engine::testing {

// Unless we are root, on a machine with the programs that the fixture needs: why not.
[[nodiscard]] std::optional<std::string> why_no_sandbox();

struct Ran {
  int exit_code = -1;
  std::string out;
  std::string err;
  std::optional<StartFailure> failure;
};

class SandboxFixture : public ::testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  // A container of the busybox layer that runs `command` by its shell, with defaults to be changed.
  [[nodiscard]] OciSpecInput shell(const std::string& command) const;
  // Writes config.json; returns the bundle's path.
  [[nodiscard]] std::string make_bundle(const OciSpecInput& input, const std::string& name);
  [[nodiscard]] Ran run(const OciRuntime& runtime, const OciSpecInput& input);
  [[nodiscard]] Ran exec(const OciRuntime& runtime, ExecRequest request) const;
  [[nodiscard]] OciRuntime runtime(const std::string& name) const;
  [[nodiscard]] std::string id_of(const std::string& name) const;

  std::string folder_;  // temporary
  pid_t holder_ = 0;
  std::optional<linux::Namespace> mounts_;
  HostFacts host_;
  std::string rootfs_;  // mounted in mounts_

 private:
  void make_layer() const;
  int count_ = 0;
};

}  // namespace podsysctl::engine::testing
