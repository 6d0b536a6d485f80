// SPDX-License-Identifier: Apache-2.0
#include "agent/decision_cache.h"

#include <functional>
#include <string>

#include <gtest/gtest.h>

namespace podsysctl::agent {
namespace {

rules::PodFacts pod() {
  return {.namespace_ = "shop",
          .name = "web-1",
          .labels = rules::Labels{{"app", "web"}},
          .annotations = {{"podsysctl.io/sysctls", "net.core.somaxconn = 1024"}},
          .host = {.net = policy::NamespaceMode::pod, .ipc = policy::NamespaceMode::pod}};
}

std::shared_ptr<const rules::Decision> decision(rules::OnForbidden mode) {
  rules::Decision made;
  made.on_forbidden = mode;
  return std::make_shared<const rules::Decision>(std::move(made));
}

TEST(DecisionCache, KnowsPodsThatAreAlike) {
  DecisionCache cache;
  const auto policies = std::make_shared<const rules::PolicySet>();
  cache.keep(pod(), policies, decision(rules::OnForbidden::warn));
  rules::PodFacts replica = pod();
  replica.name = "web-2";
  ASSERT_NE(cache.find(replica, policies), nullptr);
  EXPECT_EQ(cache.find(replica, policies)->on_forbidden, rules::OnForbidden::warn);
}

TEST(DecisionCache, KnowsNothingOfPodsThatDifferInWhatDecides) {
  DecisionCache cache;
  const auto policies = std::make_shared<const rules::PolicySet>();
  cache.keep(pod(), policies, decision(rules::OnForbidden::warn));
  const std::vector<std::function<void(rules::PodFacts&)>> changes = {
      [](auto& other) { other.namespace_ = "bank"; },
      [](auto& other) { other.labels->emplace("tier", "front"); },
      [](auto& other) { other.labels.reset(); },
      [](auto& other) { other.annotations.clear(); },
      [](auto& other) { other.annotations["podsysctl.io/sysctls"] = "net.core.somaxconn = 1025"; },
      [](auto& other) { other.namespace_labels.emplace(); },
      [](auto& other) { other.service_account = "admin"; },
      [](auto& other) { other.images = {"nginx"}; },
      [](auto& other) { other.interface = "eth0"; },
      [](auto& other) { other.host.net = policy::NamespaceMode::host; },
      [](auto& other) { other.host.ipc = policy::NamespaceMode::host; },
      [](auto& other) { other.user = policy::NamespaceMode::pod; },
      [](auto& other) { other.field.push_back({sysctl::SysctlKey::parse("a.b").value(), "1"}); },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    rules::PodFacts other = pod();
    changes[i](other);
    EXPECT_EQ(cache.find(other, policies), nullptr) << i;
  }
  // Policies that say the same are others all the same.
  EXPECT_EQ(cache.find(pod(), std::make_shared<const rules::PolicySet>()), nullptr);
}

TEST(DecisionCache, ForgetsTheOldest) {
  DecisionCache cache;
  const auto policies = std::make_shared<const rules::PolicySet>();
  for (int i = 0; i < 40; ++i) {
    rules::PodFacts each = pod();
    each.namespace_ = std::to_string(i);
    cache.keep(each, policies, decision(rules::OnForbidden::warn));
  }
  rules::PodFacts each = pod();
  each.namespace_ = "7";
  EXPECT_EQ(cache.find(each, policies), nullptr);
  each.namespace_ = "8";
  EXPECT_NE(cache.find(each, policies), nullptr);
}

}  // namespace
}  // namespace podsysctl::agent
