// SPDX-License-Identifier: Apache-2.0
#include "policy/kubernetes_version.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/test_support.h"

namespace podsysctl::policy {
namespace {

TEST(KubernetesVersion, ReadsEverySpellingOfARelease) {
  struct Case {
    std::string_view text;
    unsigned minor_number;
  };
  for (const Case& row : {Case{"1.4", 4}, Case{"1.29", 29}, Case{"v1.29", 29}, Case{"v1.29.3", 29},
                          Case{"1.37", 37}, Case{"1.20.2-00", 20}, Case{"v1.29.3-gke.100+a~b", 29},
                          Case{"1.30.0+k3s1", 30}, Case{"1.29+", 29}, Case{"1.10.0", 10}}) {
    const auto version = KubernetesVersion::parse(row.text);
    ASSERT_TRUE(version) << row.text << ": " << version.error().message;
    EXPECT_EQ(version->minor_number(), row.minor_number) << row.text;
  }
}

TEST(KubernetesVersion, RefusesWhatIsNoVersion) {
  for (const std::string_view text :
       {"",           "1",       "1.",       "v",     "vv1.29",
        "1.x",        "x1.29",   " 1.29",    "1.29 ", "1.29.",
        "1.29.3.4",   "1.29.3-", "1.29.3 x", "1.-29", "+1.29",
        "1.029",      "1,29",    "latest",   "1.29x", "1.99999999999999999999",
        "1.29.3-a\nb"}) {
    const auto version = KubernetesVersion::parse(text);
    ASSERT_FALSE(version) << text;
    EXPECT_EQ(version.error().code, Code::invalid_argument) << text;
    EXPECT_THAT(version.error().message, testing::HasSubstr("is not a Kubernetes version")) << text;
  }
}

TEST(KubernetesVersion, RefusesReleasesWithoutKnownRules) {
  struct Case {
    std::string_view text;
    std::string_view message;
  };
  for (const Case& row :
       {Case{"1.3",
             "Kubernetes 1.3 is older than 1.4, the first version with sysctls for pods: "
             "give a version from 1.4 to 1.37"},
        Case{"0.20",
             "Kubernetes 0.20 is older than 1.4, the first version with sysctls for pods: "
             "give a version from 1.4 to 1.37"},
        Case{"v1.38.0",
             "Kubernetes 1.38 is newer than 1.37, the newest whose rules are known here: "
             "give a version from 1.4 to 1.37"},
        Case{"2.0",
             "Kubernetes 2.0 is newer than 1.37, the newest whose rules are known here: "
             "give a version from 1.4 to 1.37"}}) {
    const auto version = KubernetesVersion::parse(row.text);
    ASSERT_FALSE(version) << row.text;
    EXPECT_EQ(version.error().code, Code::unsupported) << row.text;
    EXPECT_EQ(version.error().message, row.message);
  }
}

TEST(KubernetesVersion, ComparesAndPrints) {
  EXPECT_LT(kube(9), kube(10));
  EXPECT_EQ(kube(29), KubernetesVersion::release(29));
  EXPECT_TRUE(kube(29).at_least(29));
  EXPECT_FALSE(kube(28).at_least(29));
  EXPECT_EQ(KubernetesVersion::newest().to_string(), "1.37");
}

TEST(KernelVersion, TakesTheLeadingDottedDigits) {
  struct Case {
    std::string_view text;
    std::string_view printed;
  };
  for (const Case& row :
       {Case{"3.18.0-957.el7", "3.18"}, Case{"6.18.5\n", "6.18.5"}, Case{"5.10", "5.10"},
        Case{"5.4.0.1-x", "5.4.0.1"}, Case{" v4.15.18+", "4.15.18"}, Case{"6.1.-rc", "6.1"},
        Case{"6.1.x", "6.1"}, Case{"4.5.0.0.7", "4.5"}, Case{"0.99", "0.99"}}) {
    const auto version = KernelVersion::parse(row.text);
    ASSERT_TRUE(version) << row.text << ": " << version.error().message;
    EXPECT_EQ(version->to_string(), row.printed) << row.text;
  }
}

TEST(KernelVersion, RefusesWhatTheKubeletCannotParse) {
  for (const std::string_view text :
       {"", "6", "6-rc1", "x6.1", "-6.1", "06.1", "6.", "linux", "99999999999999999999.1"}) {
    const auto version = KernelVersion::parse(text);
    ASSERT_FALSE(version) << text;
    EXPECT_EQ(version.error().code, Code::invalid_argument) << text;
    EXPECT_THAT(version.error().message, testing::HasSubstr("is not a kernel version")) << text;
  }
}

TEST(KernelVersion, ComparesByComponent) {
  EXPECT_EQ(kernel("4.5"), kernel("4.5.0"));
  EXPECT_GT(kernel("4.15"), kernel("4.6"));
  EXPECT_LT(kernel("4.4.302"), kernel("4.5"));
  EXPECT_GT(kernel("4.5.1"), KernelVersion(4, 5));
  EXPECT_GT(kernel("10.0"), kernel("9.99"));
}

}  // namespace
}  // namespace podsysctl::policy
