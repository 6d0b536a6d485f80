// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/store.h"
#include "store/testing.h"

namespace podsysctl::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using EventsTest = StateFolder;

EventRecord event_about(const std::string& pod, const std::string& message, std::int64_t second) {
  EventRecord event;
  event.type = EventType::warning;
  event.reason = "SysctlForbidden";
  event.host = "node1";
  event.object.name = pod;
  event.object.uid = uid_of(pod);
  event.message = message;
  event.first_seen = at_second(second);
  event.last_seen = at_second(second);
  return event;
}

TEST_F(EventsTest, EveryFieldComesBack) {
  Store store = *Store::open(root_);
  EventRecord event = event_about("web", "forbidden sysctl: \"x\" not allowlisted", 5);
  event.object.kind = "Node";
  event.object.namespace_ = "team";
  event.component = "kubelet";
  event.id = store.add_event(event)->id;
  EXPECT_THAT(*store.events(), ElementsAre(event));
}

TEST_F(EventsTest, ARepeatedEventIsCountedAndMovesToTheEnd) {
  Store store = *Store::open(root_);
  const auto first = store.add_event(event_about("web", "m", 5));
  const auto other = store.add_event(event_about("web", "other", 6));
  const auto again = store.add_event(event_about("web", "m", 7));
  ASSERT_TRUE(first && other && again);
  EXPECT_EQ(again->count, 2U);
  EXPECT_EQ(again->first_seen, at_second(5));
  EXPECT_EQ(again->last_seen, at_second(7));
  EXPECT_GT(again->id, other->id);
  EXPECT_THAT(*store.events(), ElementsAre(*other, *again));
  EXPECT_THAT(*store.events({.after_id = other->id}), ElementsAre(*again));
}

TEST_F(EventsTest, WhatDiffersIsNotCountedTogether) {
  Store store = *Store::open(root_);
  EventRecord event = event_about("web", "m", 5);
  ASSERT_TRUE(store.add_event(event));
  EventRecord reason = event;
  reason.reason = "Other";
  EventRecord object = event;
  object.object.uid = "another pod of that name";
  EventRecord name_space = event;
  name_space.object.namespace_ = "team";
  EventRecord type = event;
  type.type = EventType::normal;
  for (const EventRecord& other : {reason, object, name_space, type}) {
    EXPECT_EQ(store.add_event(other)->count, 1U);
  }
}

TEST_F(EventsTest, FilterByPod) {
  Store store = *Store::open(root_);
  ASSERT_TRUE(store.add_event(event_about("web", "a", 1)));
  const auto db = store.add_event(event_about("db", "b", 2));
  const ObjectReference by_name{"Pod", "default", "db", ""};
  EXPECT_THAT(*store.events({.about = by_name}), ElementsAre(*db));
  EXPECT_THAT(*store.events({.about = db->object}), ElementsAre(*db));
  ObjectReference earlier = by_name;
  earlier.uid = "an earlier pod of that name";
  EXPECT_THAT(*store.events({.about = earlier}), IsEmpty());
}

TEST_F(EventsTest, TheirNumberIsBounded) {
  Store store = *Store::open(root_, {.count = 20});
  const Transaction once = *store.begin();
  for (int i = 0; i < 640; ++i) {
    ASSERT_TRUE(store.add_event(event_about("web", fmt::format("m{}", i), i)));
  }
  const auto kept = store.events();
  ASSERT_EQ(kept->size(), 20U);
  EXPECT_EQ(kept->front().message, "m620");
  EXPECT_EQ(kept->back().message, "m639");
}

TEST_F(EventsTest, RepeatsDoNotPushOthersOut) {
  Store store = *Store::open(root_, {.count = 20});
  const Transaction once = *store.begin();
  ASSERT_TRUE(store.add_event(event_about("web", "rare", 0)));
  for (int i = 0; i < 640; ++i) {
    ASSERT_TRUE(store.add_event(event_about("web", "often", i)));
  }
  const auto kept = store.events();
  ASSERT_EQ(kept->size(), 2U);
  EXPECT_EQ(kept->front().message, "rare");
  EXPECT_EQ(kept->back().count, 640U);
}

TEST_F(EventsTest, TheirAgeIsBounded) {
  Store store = *Store::open(root_, {.age = std::chrono::hours(1)});
  const Transaction once = *store.begin();
  ASSERT_TRUE(store.add_event(event_about("web", "old", 0)));
  for (int i = 0; i < 64; ++i) {
    ASSERT_TRUE(store.add_event(event_about("web", fmt::format("m{}", i), 4000 + i)));
  }
  EXPECT_EQ(store.events()->front().message, "m0");
}

TEST_F(EventsTest, TheChangeCounterTellsOfOthersCommits) {
  Store watcher = *Store::open(root_);
  Store writer = *Store::open(root_);
  const std::int64_t before = *watcher.change_counter();
  EXPECT_EQ(*watcher.change_counter(), before);
  ASSERT_TRUE(writer.add_event(event_about("web", "m", 1)));
  EXPECT_NE(*watcher.change_counter(), before);
}

}  // namespace
}  // namespace podsysctl::store
