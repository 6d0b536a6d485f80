// SPDX-License-Identifier: Apache-2.0
#include "pod/node.h"

#include <sys/utsname.h>

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace podsysctl::pod {
namespace {

TEST(Node, LabelsOfThisHostAndOfFlags) {
  utsname host{};
  ASSERT_EQ(uname(&host), 0);
  const std::vector<std::string> flags{"disk=ssd", "kubernetes.io/hostname=other", "empty="};
  const Labels labels = host_labels(flags).value();
  EXPECT_EQ(labels.at("kubernetes.io/os"), "linux");
  EXPECT_EQ(labels.at("kubernetes.io/arch"), architecture_label(&host.machine[0]));
  EXPECT_EQ(labels.at("kubernetes.io/hostname"), "other");
  EXPECT_EQ(labels.at("disk"), "ssd");
  EXPECT_EQ(labels.at("empty"), "");
  EXPECT_EQ(host_labels({}).value().at("kubernetes.io/hostname"), std::string(&host.nodename[0]));
}

TEST(Node, BadFlags) {
  const auto message = [](const std::string& flag) {
    const auto labels = host_labels(std::vector{flag});
    return labels ? "no error" : labels.error().message;
  };
  EXPECT_EQ(message("disk"), "--node-label \"disk\" is not of the form KEY=VALUE");
  EXPECT_EQ(message("disk=a b"),
            "--node-label: \"a b\" must be empty or at most 63 letters, digits, '-', '_' and '.', "
            "and start and end with a letter or digit");
  EXPECT_EQ(message("=x").substr(0, 30), "--node-label: \"\" must be a nam");
}

TEST(Node, Architectures) {
  EXPECT_EQ(architecture_label("x86_64"), "amd64");
  EXPECT_EQ(architecture_label("aarch64"), "arm64");
  EXPECT_EQ(architecture_label("riscv64"), "riscv64");
}

TEST(Node, Selector) {
  const Labels node{{"kubernetes.io/hostname", "here"}, {"disk", "ssd"}};
  EXPECT_TRUE(match_node_selector({}, node));
  EXPECT_TRUE(match_node_selector({{"disk", "ssd"}}, node));
  const auto refused = match_node_selector(
      {{"kubernetes.io/hostname", "there"}, {"disk", "ssd"}, {"gpu", "yes"}}, node);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::denied_by_policy);
  EXPECT_EQ(refused.error().message,
            "the pod's nodeSelector does not match this host: gpu must be \"yes\", but is not set; "
            "kubernetes.io/hostname must be \"there\", but is \"here\"\n"
            "hint: take the label out of spec.nodeSelector, or run with --node-label gpu=yes "
            "--node-label kubernetes.io/hostname=there");
}

}  // namespace
}  // namespace podsysctl::pod
