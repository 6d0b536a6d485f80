// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/store.h"
#include "store/testing.h"

namespace podsysctl::store {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class FindPod : public StateFolder {
 protected:
  void SetUp() override {
    store_.emplace(*Store::open(root_));
    add("web", "default", "11111111-aaaa", "abc0");
    add("web", "team", "11112222-aaaa", "abd0");
    add("db", "team", "33333333-aaaa", "abe0");
    add("twin", "one", "44444444-aaaa", "f10");
    add("twin", "two", "55555555-aaaa", "f20");
    add("abc", "default", "66666666-aaaa", "f30");
    ASSERT_TRUE(store_->insert_container(container_named("nginx", "33333333-aaaa", "c10")));
    ASSERT_TRUE(store_->insert_container(container_named("side", "33333333-aaaa", "c11")));
    ASSERT_TRUE(store_->insert_container(container_named("side", "44444444-aaaa", "c20")));
  }

  void add(const std::string& name, const std::string& name_space, const std::string& uid,
           const std::string& sandbox) {
    PodRecord pod = pod_named(name, name_space);
    pod.uid = uid;
    pod.sandbox_id = sandbox;
    ASSERT_TRUE(store_->insert_pod(pod));
  }

  std::optional<Store> store_;
};

struct Found {
  const char* reference;
  const char* uid;
  const char* container_id;
};

TEST_F(FindPod, Finds) {
  constexpr Found kCases[] = {
      {"web", "11111111-aaaa", ""},            // the default namespace first
      {"team/web", "11112222-aaaa", ""},       // another one by its full name
      {"db", "33333333-aaaa", ""},             // the only one of that name
      {"33333333-aaaa", "33333333-aaaa", ""},  // uid
      {"3", "33333333-aaaa", ""},              // start of a uid
      {"abe", "33333333-aaaa", ""},            // start of a sandbox id
      {"abc", "66666666-aaaa", ""},            // a name goes before the start of an id
      {"abc0", "11111111-aaaa", ""},
      {"c10", "33333333-aaaa", "c10"},    // container id
      {"c2", "44444444-aaaa", "c20"},     // its start
      {"c1", "33333333-aaaa", ""},        // two containers, one pod: the pod
      {"nginx", "33333333-aaaa", "c10"},  // container name, the only one
  };
  for (const Found& expected : kCases) {
    const auto found = store_->find_pod(expected.reference);
    ASSERT_TRUE(found) << expected.reference << ": " << found.error().message;
    EXPECT_EQ(found->pod.uid, expected.uid) << expected.reference;
    EXPECT_EQ(found->container_id, expected.container_id) << expected.reference;
  }
}

TEST_F(FindPod, RefusesWithTheCandidates) {
  const auto refusal = [this](std::string_view reference) {
    const auto found = store_->find_pod(reference);
    return found ? Error{Code::internal, 0, "found " + found->pod.uid} : found.error();
  };
  const Error twins = refusal("twin");
  EXPECT_EQ(twins.code, Code::conflict);
  EXPECT_THAT(twins.message, AllOf(HasSubstr("\"twin\" is ambiguous"), HasSubstr("pod one/twin"),
                                   HasSubstr("pod two/twin")));
  const Error ids = refusal("1111");
  EXPECT_EQ(ids.code, Code::conflict);
  EXPECT_THAT(ids.message, AllOf(HasSubstr("pod default/web (uid 11111111-aaaa)"),
                                 HasSubstr("pod team/web (uid 11112222-aaaa)")));
  const Error sides = refusal("side");
  EXPECT_THAT(sides.message, AllOf(HasSubstr("container side of pod one/twin"),
                                   HasSubstr("container side of pod team/db")));
  EXPECT_EQ(refusal("").code, Code::invalid_argument);
}

TEST_F(FindPod, FindsNothingForAnythingElse) {
  for (const char* const reference :
       {"nothing", "team/", "/web", "team/db/x", "7", "%", "_", "ab%", "*", "' OR 1=1 --", "WEB",
        "c10c10c10c10c10c10c10c10c10c10c10c10c10c10c10c10c10c10c10c10c10c10c10c10c10c10"}) {
    const auto found = store_->find_pod(reference);
    ASSERT_FALSE(found) << reference;
    EXPECT_EQ(found.error().code, Code::not_found) << reference;
    EXPECT_THAT(found.error().message, HasSubstr("podsysctl ps -a"));
  }
}

TEST_F(FindPod, AnEmptySandboxIdMatchesNoPrefix) {
  PodRecord pod = pod_named("fresh");
  pod.uid = "77777777-aaaa";
  ASSERT_TRUE(store_->insert_pod(pod));
  EXPECT_EQ(store_->find_pod("f3")->pod.name, "abc");
}

TEST_F(FindPod, FindsByTheIdsOfTheRuntime) {
  PodRecord pod = pod_named("docked");
  pod.uid = "88888888-aaaa";
  pod.runtime_id = "dddd4444";
  ASSERT_TRUE(store_->insert_pod(pod));
  ASSERT_TRUE(store_->insert_container(
      {.id = "0123", .runtime_id = "eeee5555", .pod_uid = pod.uid, .name = "main"}));
  EXPECT_EQ(store_->find_pod("dddd")->pod.uid, pod.uid);
  EXPECT_EQ(store_->find_pod("eeee5")->container_id, "0123");
}

}  // namespace
}  // namespace podsysctl::store
