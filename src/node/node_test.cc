// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "node/ids.h"
#include "node/refresh.h"

namespace podsysctl::node {
namespace {

using store::ContainerKind;
using store::ContainerRecord;
using store::ContainerState;
using store::PodPhase;

ContainerRecord container(ContainerState state, std::optional<int> code,
                          ContainerKind kind = ContainerKind::regular) {
  ContainerRecord record;
  record.state = state;
  record.exit_code = code;
  record.kind = kind;
  record.reason = code.value_or(0) == 0 ? "Completed" : "Error";
  return record;
}

TEST(DerivePhase, AsKubernetes) {
  const auto running = container(ContainerState::running, {});
  const auto done = container(ContainerState::exited, 0);
  const auto broken = container(ContainerState::exited, 3);
  EXPECT_EQ(derive_phase({done, running}).phase, PodPhase::running);
  EXPECT_EQ(derive_phase({broken, running}).phase, PodPhase::running);
  EXPECT_EQ(derive_phase({done, done}).phase, PodPhase::succeeded);
  EXPECT_EQ(derive_phase({done, broken}).phase, PodPhase::failed);
  EXPECT_EQ(derive_phase({done, broken}).reason, "Error");
}

TEST(DerivePhase, InitContainersDoNotCount) {
  const auto init = container(ContainerState::exited, 1, ContainerKind::init);
  EXPECT_EQ(derive_phase({init, container(ContainerState::exited, 0)}).phase, PodPhase::succeeded);
}

TEST(Ids, HaveTheirForms) {
  EXPECT_THAT(
      new_uid(),
      testing::MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  EXPECT_THAT(new_id(), testing::MatchesRegex("[0-9a-f]{64}"));
  EXPECT_NE(new_id(), new_id());
}

TEST(Ids, PodNamesComeFromTheImage) {
  const std::pair<const char*, const char*> cases[] = {
      {"nginx", "nginx-"},
      {"docker.io/library/Nginx:1.25@sha256:00", "nginx-"},
      {"oci:/srv/my_image:v1", "my-image-"},
      {"rootfs:/srv/root/", "root-"},
      {"localhost:5000/x", "x-"},
      {"", "pod-"}};
  for (const auto& [image, start] : cases) {
    const std::string name = new_pod_name(image);
    EXPECT_THAT(name, testing::StartsWith(start)) << image;
    EXPECT_EQ(name.size(), std::string(start).size() + 5);
  }
}

}  // namespace
}  // namespace podsysctl::node
