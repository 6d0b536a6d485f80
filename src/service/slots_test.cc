// SPDX-License-Identifier: Apache-2.0
#include "service/slots.h"

#include <gmock/gmock.h>

#include "node/events.h"
#include "service/source_mark.h"

namespace podsysctl::service {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

ManifestFile file(std::string path, std::string name, std::string hash = "h1") {
  return {.path = std::move(path),
          .hash = std::move(hash),
          .namespace_ = "default",
          .name = std::move(name)};
}

ManifestFile broken(std::string path) {
  return {.path = std::move(path), .hash = "hb", .problem = "it is broken"};
}

TEST(Slots, ANewFileAChangedOneAndOneThatIsGone) {
  Slots slots;
  EXPECT_THAT(take_folder(slots, {file("/a", "a"), file("/b", "b")}).to_sync,
              ElementsAre("/a", "/b"));
  EXPECT_THAT(take_folder(slots, {file("/a", "a"), file("/b", "b")}).to_sync, IsEmpty());
  EXPECT_THAT(take_folder(slots, {file("/a", "a", "h2"), file("/b", "b")}).to_sync,
              ElementsAre("/a"));
  EXPECT_EQ(slots.at("/a").hash, "h2");
  EXPECT_THAT(take_folder(slots, {file("/b", "b")}).to_sync, ElementsAre("/a"));
  EXPECT_EQ(slots.at("/a").wanted, Wanted::gone);
}

TEST(Slots, ABrokenFileLeavesItsPodAsItIs) {
  Slots slots;
  (void)take_folder(slots, {file("/a", "a")});
  const FolderChanges changes = take_folder(slots, {broken("/a")});
  EXPECT_THAT(changes.problems, ElementsAre("/a"));
  EXPECT_EQ(slots.at("/a").wanted, Wanted::as_it_is);
  EXPECT_EQ(slots.at("/a").problem, "it is broken");
  EXPECT_THAT(take_folder(slots, {broken("/a")}).problems, IsEmpty()) << "it was told once";
  EXPECT_THAT(take_folder(slots, {file("/a", "a")}).to_sync, ElementsAre("/a"));
  EXPECT_EQ(slots.at("/a").wanted, Wanted::as_in_file);
}

TEST(Slots, ANameBelongsToTheFileThatHadItFirst) {
  Slots slots;
  (void)take_folder(slots, {file("/b", "web")});
  const FolderChanges changes = take_folder(slots, {file("/a", "web"), file("/b", "web")});
  EXPECT_THAT(changes.problems, ElementsAre("/a"));
  EXPECT_THAT(slots.at("/a").problem, HasSubstr("pod default/web is defined by /b already"));
  EXPECT_EQ(slots.at("/b").wanted, Wanted::as_in_file);
}

TEST(Slots, OfTwoNewFilesTheFirstHasTheName) {
  Slots slots;
  (void)take_folder(slots, {file("/a", "web"), file("/b", "web")});
  EXPECT_EQ(slots.at("/a").problem, "");
  EXPECT_THAT(slots.at("/b").problem, HasSubstr("/a already"));
}

TEST(Slots, ARecordedPodHasItsNameEvenWhenItsFileIsBroken) {
  Slots slots;
  Slot& adopted = slots["/z"];
  adopted.memory.uid = "u";
  adopted.namespace_ = "default";
  adopted.name = "web";
  (void)take_folder(slots, {file("/a", "web"), broken("/z")});
  EXPECT_THAT(slots.at("/a").problem, HasSubstr("/z already"));
  EXPECT_EQ(slots.at("/z").wanted, Wanted::as_it_is);
}

TEST(Slots, ARenamedFileWaitsUntilTheFormerPodIsGone) {
  Slots slots;
  (void)take_folder(slots, {file("/a", "web")});
  (void)take_folder(slots, {file("/b", "web")});
  EXPECT_EQ(slots.at("/b").problem, "");
  EXPECT_TRUE(waits_for_name(slots, "/b"));
  slots.erase("/a");
  EXPECT_FALSE(waits_for_name(slots, "/b"));
}

TEST(Slots, WhatMayTakeLongIsCountedApart) {
  Slot slot{.wanted = Wanted::as_in_file, .hash = "h1"};
  EXPECT_EQ(slot.job_kind(), JobKind::quick);
  slot.has_init_containers = true;
  EXPECT_EQ(slot.job_kind(), JobKind::waiting);
  slot = Slot{.wanted = Wanted::as_in_file, .hash = "h1", .memory = {.uid = "u", .hash = "h1"}};
  EXPECT_EQ(slot.job_kind(), JobKind::quick);
  slot.hash = "h2";
  EXPECT_EQ(slot.job_kind(), JobKind::waiting);
  slot.wanted = Wanted::gone;
  EXPECT_EQ(slot.job_kind(), JobKind::waiting);
}

TEST(SourceMark, ComesBackAsItWent) {
  for (const SourceMark& mark : {SourceMark{"abc", ""}, SourceMark{"abc", "policy"},
                                 SourceMark{"abc", std::string(kFinal)}}) {
    const SourceMark read = read_mark(to_text(mark));
    EXPECT_EQ(read.hash, mark.hash);
    EXPECT_EQ(read.settled_by, mark.settled_by);
  }
}

TEST(ObjectOf, AStaticPodsEventsAreAboutItsFileAndText) {
  store::PodRecord pod{.uid = "u1", .name = "web", .source = "/etc/a.yaml", .source_hash = "h1"};
  const std::string uid = node::object_of(pod).uid;
  EXPECT_THAT(uid, ::testing::MatchesRegex(
                       "[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}"));
  pod.uid = "u2";
  pod.source_hash = "h1+policy";
  EXPECT_EQ(node::object_of(pod).uid, uid);
  pod.source_hash = "h2";
  EXPECT_NE(node::object_of(pod).uid, uid);
  pod.source = "";
  EXPECT_EQ(node::object_of(pod).uid, "u2");
}

}  // namespace
}  // namespace podsysctl::service
