// SPDX-License-Identifier: Apache-2.0
#include "agent/status.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace podsysctl::agent {
namespace {

using testing::HasSubstr;

Status status() {
  return {.doors = {{.kind = "nri",
                     .address = "/run/nri/nri.sock",
                     .connected = true,
                     .runtime = "containerd v2.1.9",
                     .connections = 2},
                    {.kind = "docker",
                     .address = "unix:///run/docker.sock",
                     .last_error = "nobody\nlistens"}},
          .policy = {.folder = "/etc/podsysctl/policy.d", .generation = 3}};
}

TEST(Status, HasALineForEachDoor) {
  const std::string text = to_text(status());
  EXPECT_THAT(text, HasSubstr("nri: connected to containerd v2.1.9 (/run/nri/nri.sock)\n"
                              "docker: not connected (unix:///run/docker.sock)\n"
                              "  nobody\\nlistens\n"
                              "policy: generation 3"));
}

TEST(Status, ListsTheDoors) {
  const auto json = nlohmann::json::parse(to_json(status()));
  ASSERT_EQ(json["doors"].size(), 2U);
  EXPECT_EQ(json["doors"][0]["kind"], "nri");
  EXPECT_EQ(json["doors"][0]["connections"], 2);
  EXPECT_EQ(json["doors"][1]["address"], "unix:///run/docker.sock");
  EXPECT_EQ(json["doors"][1]["connected"], false);
  EXPECT_EQ(json["doors"][1]["lastError"], "nobody\nlistens");
}

}  // namespace
}  // namespace podsysctl::agent
