// SPDX-License-Identifier: Apache-2.0
#include "agent/on_record.h"

#include <gmock/gmock.h>

#include "live/managed.h"
#include "store/testing.h"

namespace podsysctl::agent {
namespace {

using store::SettingState;
using testing::ElementsAre;
using testing::IsEmpty;

class OnRecordTest : public store::StateFolder {
 protected:
  void SetUp() override {
    store::Store store = store::Store::open(root_).value();
    store::PodRecord pod = store::pod_named("web");
    pod.uid = "u1";
    pod.sandbox_id = "s1";
    ASSERT_TRUE(store.insert_pod(pod));
    const std::vector<store::SettingRecord> settings = {
        {.name = "kernel.sem", .requested = "1", .origin = "x", .state = SettingState::applied},
        {.name = "kernel.shmmni", .requested = "1", .origin = "x", .state = SettingState::refused},
        {.name = "net.core.somaxconn",
         .requested = "1",
         .origin = std::string(live::kSetOrigin),
         .state = SettingState::applied}};
    ASSERT_TRUE(store.put_settings("u1", settings));
  }
};

TEST_F(OnRecordTest, KnowsWhatIsInForceAndWhatAPersonHasSet) {
  OnRecord on_record(root_);
  const auto keys = on_record.keys_of({.id = "s1", .uid = "u1"});
  ASSERT_TRUE(keys) << keys.error().message;
  EXPECT_THAT(keys->in_force, ElementsAre("kernel.sem"));
  EXPECT_THAT(keys->by_hand, ElementsAre("net.core.somaxconn"));
}

TEST_F(OnRecordTest, KnowsNothingOfAnotherSandboxOfThePod) {
  OnRecord on_record(root_);
  for (const Sandbox& sandbox : {Sandbox{.id = "s2", .uid = "u1"}, Sandbox{.id = "s1"}}) {
    const auto keys = on_record.keys_of(sandbox);
    ASSERT_TRUE(keys);
    EXPECT_THAT(keys->in_force, IsEmpty());
    EXPECT_THAT(keys->by_hand, IsEmpty());
  }
}

}  // namespace
}  // namespace podsysctl::agent
