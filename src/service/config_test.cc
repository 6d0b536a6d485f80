// SPDX-License-Identifier: Apache-2.0
#include "service/config.h"

#include <gmock/gmock.h>

namespace podsysctl::service {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Config, EveryFieldIsRead) {
  const Config config = read_config(R"(
podManifestPath: /srv/pods
engine: docker
runtime: crun
network: none
socket: /run/node.sock
authfile: /etc/auth.json
kubernetesVersion: "1.30"
allowedUnsafeSysctls: [net.core.somaxconn, "kernel.msg*"]
kubeletConfig: /var/lib/kubelet/config.yaml
nodeLabels: {disk: fast}
driftIntervalSeconds: 30
repairDrift: true
)",
                                    "node.yaml")
                            .value();
  EXPECT_EQ(config.manifest_folder, "/srv/pods");
  EXPECT_EQ(config.engine, "docker");
  EXPECT_EQ(config.runtime, "crun");
  EXPECT_EQ(config.network, "none");
  EXPECT_EQ(config.socket, "/run/node.sock");
  EXPECT_EQ(config.authfile, "/etc/auth.json");
  EXPECT_EQ(config.kubernetes_version, "1.30");
  EXPECT_THAT(config.allowed_unsafe, ElementsAre("net.core.somaxconn", "kernel.msg*"));
  EXPECT_EQ(config.kubelet_config, "/var/lib/kubelet/config.yaml");
  EXPECT_THAT(config.node_labels, ElementsAre("disk=fast"));
  EXPECT_EQ(config.drift_interval, std::chrono::seconds(30));
  EXPECT_EQ(config.on_drift, live::OnDrift::repair);
}

TEST(Config, NothingIsAlsoAConfiguration) {
  EXPECT_TRUE(read_config("", "node.yaml"));
  EXPECT_TRUE(read_config("# only a comment\n", "node.yaml"));
}

TEST(Config, WhatIsWrongIsNamedWithItsPlace) {
  struct Row {
    const char* text;
    const char* message;
  };
  for (const Row& row : {
           Row{"a: 1\n", "node.yaml:1:4: a: unknown field; taken are podManifestPath"},
           Row{"engine: 5\n", "node.yaml:1:9: engine: must be a string"},
           Row{"\nruntime: ''\n", "node.yaml:2:10: runtime: must not be empty"},
           Row{"network: lan\n", "node.yaml:1:10: network: "},
           Row{"kubernetesVersion: '2'\n", "node.yaml:1:20: kubernetesVersion: "},
           Row{"allowedUnsafeSysctls: net.*\n", "node.yaml:1:23: allowedUnsafeSysctls: "},
           Row{"driftIntervalSeconds: -1\n", "must be from 0 (never) to 86400"},
           Row{"repairDrift: 'yes'\n", "node.yaml:1:14: repairDrift: "},
           Row{"nodeLabels: {a: 1}\n", "nodeLabels.a: must be a string"},
           Row{"[]\n", "node.yaml:1:1: "},
           Row{"{}\n---\n{}\n", "a configuration is one document"},
       }) {
    const auto config = read_config(row.text, "node.yaml");
    ASSERT_FALSE(config) << row.text;
    EXPECT_EQ(config.error().code, Code::invalid_argument) << row.text;
    EXPECT_THAT(config.error().message, HasSubstr(row.message)) << row.text;
  }
}

TEST(Config, FlagsWinAndListsAddUp) {
  const Config flags{.runtime = "crun", .allowed_unsafe = {"net.a"}, .node_labels = {"a=1"}};
  const Config file{.runtime = "runc",
                    .network = "none",
                    .allowed_unsafe = {"net.b"},
                    .node_labels = {"b=2"},
                    .on_drift = live::OnDrift::repair};
  const Config both = merged(flags, file);
  EXPECT_EQ(both.runtime, "crun");
  EXPECT_EQ(both.network, "none");
  EXPECT_EQ(both.on_drift, live::OnDrift::repair);
  EXPECT_THAT(both.allowed_unsafe, ElementsAre("net.b", "net.a"));
  EXPECT_THAT(both.node_labels, ElementsAre("b=2", "a=1"));
}

TEST(Config, KnowsWhatARunningServiceDoesNotTakeUp) {
  EXPECT_THAT(
      needs_restart({.runtime = "crun"}, {.runtime = "runc", .socket = "/a", .authfile = "/b"}),
      ElementsAre("runtime", "socket", "authfile"));
  EXPECT_THAT(needs_restart({}, {.kubernetes_version = "1.30", .allowed_unsafe = {"net.a"}}),
              IsEmpty());
}

}  // namespace
}  // namespace podsysctl::service
