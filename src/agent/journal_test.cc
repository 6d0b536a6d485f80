// SPDX-License-Identifier: Apache-2.0
#include "agent/journal.h"

#include <unistd.h>

#include <thread>
#include <utility>

#include <gmock/gmock.h>

#include "agent/testing.h"
#include "store/testing.h"

namespace podsysctl::agent {
namespace {

using testing::HasSubstr;

Report report(std::string sandbox, std::string uid, std::string value) {
  Report report;
  report.pod.uid = std::move(uid);
  report.pod.name = "web";
  report.pod.namespace_ = "shop";
  report.pod.engine = "agent";
  report.pod.runtime = "containerd v2.1.9";
  report.pod.sandbox_id = std::move(sandbox);
  report.settings.push_back({.name = "net.core.somaxconn",
                             .requested = std::move(value),
                             .origin = "annotation",
                             .state = store::SettingState::applied});
  report.notices.push_back({store::EventType::normal, "SysctlsApplied", "as asked"});
  return report;
}

class JournalTest : public store::StateFolder {
 protected:
  void SetUp() override {
    auto journal = Journal::open(root_, "node1", clock_, log_);
    ASSERT_TRUE(journal) << journal.error().message;
    journal_ = *std::move(journal);
  }
  void TearDown() override { journal_.reset(); }

  store::Store look() {
    EXPECT_TRUE(journal_->settle(std::chrono::seconds(60)));
    return store::Store::open(root_).value();
  }

  SystemClock clock_;
  KeepingLog log_;
  std::unique_ptr<Journal> journal_;
};

TEST_F(JournalTest, FindsOutWhichProcessItWas) {
  constexpr int kMany = 200;  // more than are held at a time
  for (int i = 0; i < kMany; ++i) {
    Report one = report(fmt::format("s{}", i), fmt::format("u{}", i), "1024");
    one.pod.name = one.pod.uid;
    one.process = linux::HeldProcess::hold(::getpid()).value();
    journal_->keep(std::move(one));
  }
  store::Store store = look();
  const auto pods = store.pods();
  ASSERT_EQ(pods->size(), std::size_t{kMany});
  for (const store::PodRecord& pod : *pods) {
    EXPECT_EQ(pod.sandbox_process, linux::identify(::getpid()).value());
  }
}

TEST_F(JournalTest, KeepsPodSettingsAndEvents) {
  journal_->keep(report("s1", "u1", "1024"));
  store::Store store = look();
  const auto pods = store.pods();
  ASSERT_EQ(pods->size(), 1U);
  EXPECT_EQ(pods->front().sandbox_id, "s1");
  EXPECT_EQ(store.settings("u1")->at(0).requested, "1024");
  const auto events = store.events();
  ASSERT_EQ(events->size(), 1U);
  EXPECT_EQ(events->front().reason, "SysctlsApplied");
  EXPECT_EQ(events->front().component, "podsysctl-agent");
  EXPECT_EQ(events->front().host, "node1");
  EXPECT_THAT(log_.lines(), testing::ElementsAre("shop/web: SysctlsApplied: as asked"));
}

TEST_F(JournalTest, TakesANewSandboxInTheOldOnesPlace) {
  journal_->keep(report("s1", "u1", "1024"));
  journal_->keep(report("s2", "u1", "2048"));  // the same pod, its sandbox made anew
  journal_->keep(report("s3", "u2", "4096"));  // a new pod of the same name
  store::Store store = look();
  const auto pods = store.pods();
  ASSERT_EQ(pods->size(), 1U);
  EXPECT_EQ(pods->front().uid, "u2");
  EXPECT_EQ(store.settings("u2")->at(0).requested, "4096");
  EXPECT_EQ(store.events()->size(), 2U);  // u1's counted twice
}

TEST_F(JournalTest, KeepsOfAFirstLookWhatASecondFindsInForce) {
  Report first = report("s1", "u1", "1024");
  first.settings[0].previous = "4096";
  first.settings.push_back({.name = "kernel.sem",
                            .requested = "1 2 3 4",
                            .origin = "podsysctl set",
                            .state = store::SettingState::applied});
  journal_->keep(std::move(first));
  const Timestamp created = look().pod("u1")->created;
  Report second = report("s1", "u1", "1024");
  second.pod.created = created + std::chrono::seconds(9);
  second.settings[0].state = store::SettingState::unchanged;
  second.settings[0].previous = "1024";
  journal_->keep(std::move(second));
  const auto settings = look().settings("u1");
  ASSERT_EQ(settings->size(), 2U);
  EXPECT_EQ(settings->at(0).previous, "4096");
  EXPECT_EQ(settings->at(0).state, store::SettingState::applied);
  EXPECT_EQ(settings->at(1).origin, "podsysctl set");
  EXPECT_EQ(look().pod("u1")->created, created);
}

TEST_F(JournalTest, KeepsWhatWasWrittenIntoAPodThatRan) {
  Report late = report("s1", "u1", "1024");
  late.audit.push_back({.target = "shop/web",
                        .target_id = "pod/u1",
                        .name = "net.core.somaxconn",
                        .new_value = "1024",
                        .action = store::AuditAction::repair,
                        .outcome = store::AuditOutcome::applied,
                        .reason = "the policies changed"});
  journal_->keep(std::move(late));
  const auto trail = look().audit("pod/u1");
  ASSERT_EQ(trail->size(), 1U);
  EXPECT_EQ(trail->at(0).reason, "the policies changed");
  EXPECT_EQ(trail->at(0).outcome, store::AuditOutcome::applied);
  EXPECT_GT(trail->at(0).time, Timestamp{});
}

TEST_F(JournalTest, ForgetsWhatIsGone) {
  for (const char* id : {"1", "2", "3"}) {
    Report each = report(id, id, "1");
    each.pod.name = id;
    journal_->keep(std::move(each));
  }
  journal_->forget("2");
  EXPECT_EQ(look().pods()->size(), 2U);
  journal_->keep_only("docker 20.10", {});
  EXPECT_EQ(look().pods()->size(), 2U);
  journal_->keep_only("containerd v2.2.0", {"3", "9"});  // updated since
  const auto pods = look().pods();
  ASSERT_EQ(pods->size(), 1U);
  EXPECT_EQ(pods->front().sandbox_id, "3");
}

TEST_F(JournalTest, GoesOnAfterARecordThatTheDatabaseRefuses) {
  {
    // Somebody holds the database for longer than a writer waits for it.
    store::Store other = store::Store::open(root_).value();
    auto transaction = other.begin();
    ASSERT_TRUE(transaction);
    journal_->keep(report("s1", "u1", "1024"));
    journal_->keep(report("s2", "u2", "1024"));
    EXPECT_GE(journal_->state().queued, 1U);
  }
  EXPECT_EQ(look().pods()->size(), 1U);
  EXPECT_EQ(journal_->state().lost, 0U);
}

TEST_F(JournalTest, WritesEverythingBeforeItEnds) {
  for (int i = 0; i < 50; ++i) {
    Report each = report(std::to_string(i), std::to_string(i), "1");
    each.pod.name = fmt::format("web{}", i);
    journal_->keep(std::move(each));
  }
  journal_.reset();
  EXPECT_EQ(store::Store::open(root_).value().pods()->size(), 50U);
}

class JournalOnASmallDisk : public store::SmallStateFolder {
 protected:
  // Until the journal has found that it cannot write.
  static void wait_for_trouble(const Journal& journal) {
    while (journal.state().last_error.empty()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
};

TEST_F(JournalOnASmallDisk, RecordsWaitUntilTheyCanBeWritten) {
  in_small_folder([this] {
    const SystemClock clock;
    KeepingLog log;
    const auto journal = Journal::open(root_, "node1", clock, log).value();
    fill_up();
    for (const char* id : {"1", "2", "3"}) {
      Report each = report(id, id, "1");
      each.pod.name = id;
      journal->keep(std::move(each));
    }
    wait_for_trouble(*journal);
    EXPECT_GE(journal->state().queued, 2U);
    EXPECT_THAT(journal->state().last_error, HasSubstr("free space on its file system"));
    std::filesystem::remove(root_ + "/filler");
    ASSERT_TRUE(journal->settle(std::chrono::seconds(60)));
    EXPECT_EQ(journal->state().lost, 0U);
    store::Store store = store::Store::open(root_).value();
    EXPECT_EQ(store.pods()->size(), 3U);
    EXPECT_EQ(store.events()->size(), 4U);
    EXPECT_THAT(log.lines(), testing::Contains("shop/1: SysctlsApplied: as asked").Times(1));
    EXPECT_THAT(log.lines(), testing::Contains(HasSubstr("records wait, pods do not: ")).Times(1));
    EXPECT_THAT(log.lines(), testing::Contains("records are written again").Times(1));
  });
}

TEST_F(JournalOnASmallDisk, NoneIsOpenedWhereOneCanOnlyRead) {
  in_small_folder([this] {
    ASSERT_TRUE(store::Store::open(root_));
    make_read_only();
    const SystemClock clock;
    KeepingLog log;
    const auto refused = Journal::open(root_, "node1", clock, log);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr(root_ + ": Read-only file system; "));
  });
}

TEST_F(JournalOnASmallDisk, WhatFindsNoRoomAtTheEndIsCounted) {
  in_small_folder([this] {
    const SystemClock clock;
    KeepingLog log;
    auto journal = Journal::open(root_, "node1", clock, log).value();
    fill_up();
    journal->keep(report("s1", "u1", "1024"));
    journal->keep(report("s2", "u2", "1024"));
    wait_for_trouble(*journal);
    journal.reset();
    EXPECT_THAT(log.lines(), testing::Contains(HasSubstr("2 records were lost: ")));
  });
}

}  // namespace
}  // namespace podsysctl::agent
