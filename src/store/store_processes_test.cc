// SPDX-License-Identifier: Apache-2.0
// Several processes on one state database, and processes killed in the middle of their work.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "linux/fd.h"
#include "linux/process.h"
#include "store/schema.h"
#include "store/store.h"
#include "store/testing.h"

namespace podsysctl::store {
namespace {

using testing::ElementsAre;

class StoreProcesses : public StateFolder {
 protected:
  // Runs `work` in a process of its own; it exits 0 if all went well.
  static pid_t in_child(const std::function<bool()>& work) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      ::_exit(work() ? 0 : 1);
    }
    return pid;
  }

  void expect_sound() {
    Database database = *Database::open(database_path(root_), Database::Access::existing);
    std::vector<std::string> findings;
    ASSERT_TRUE(database.each("PRAGMA integrity_check", {}, [&findings](const Row& row) {
      findings.push_back(row.text(0));
      return Result<>();
    }));
    EXPECT_THAT(findings, ElementsAre("ok"));
  }
};

constexpr int kProcesses = 4;
constexpr int kRounds = 40;

// What `run` does to the database, shortened, with all processes writing to one pod as well.
bool one_round(Store& store, const std::string& name) {
  const PodRecord pod = pod_named(name);
  const auto count = [](PodRecord& shared) {
    shared.started = shared.started.value_or(at_second(0)) + std::chrono::seconds(1);
    return Result<>();
  };
  EventRecord event;
  event.object.name = "shared";
  return store.insert_pod(pod) && store.modify_pod(uid_of("default/shared"), count) &&
         store.insert_container(container_named("c", pod.uid, uid_of(name))) &&
         store.put_settings(pod.uid, std::vector<SettingRecord>{{"a", "b"}}) && store.pods() &&
         store.add_event(event) && store.set_stage(pod.uid, Stage::started);
}

TEST_F(StoreProcesses, ManyAtOnceLoseNothingAndDoNotDeadlock) {
  std::vector<pid_t> children;
  for (int process = 0; process < kProcesses; ++process) {
    // Every child finds an empty folder: they make the database at the same time.
    children.push_back(in_child([&] {
      auto store = Store::open(root_);
      if (!store) {
        return false;
      }
      // The first one makes it; for the others the name is taken.
      const auto shared = store->insert_pod(pod_named("shared"));
      bool good = shared || shared.error().code == Code::conflict;
      for (int round = 0; good && round < kRounds; ++round) {
        good = one_round(*store, fmt::format("pod-{}-{}", process, round));
      }
      return good;
    }));
  }
  for (const pid_t child : children) {
    EXPECT_EQ(*linux::wait_for_child(child), 0);
  }
  Store store = *Store::open(root_);
  EXPECT_EQ(store.pods()->size(), std::size_t{kProcesses * kRounds + 1});
  EXPECT_EQ(store.pod(uid_of("default/shared"))->started, at_second(kProcesses * kRounds));
  ASSERT_EQ(store.events()->size(), 1U);
  EXPECT_EQ(store.events()->front().count, std::uint32_t{kProcesses * kRounds});
  expect_sound();
}

TEST_F(StoreProcesses, AKillAmidATransactionLosesThatAlone) {
  linux::Pipe ready = *linux::make_pipe();
  const pid_t child = in_child([&] {
    Store store = *Store::open(root_);
    if (!store.insert_pod(pod_named("kept"))) {
      return false;
    }
    const auto transaction = store.begin();
    if (!transaction || !store.insert_pod(pod_named("lost")) ||
        ::write(ready.write_end.get(), "x", 1) != 1) {
      return false;
    }
    ::pause();
    return false;
  });
  char byte = 0;
  ready.write_end.close();
  ASSERT_EQ(::read(ready.read_end.get(), &byte, 1), 1);
  ASSERT_EQ(::kill(child, SIGKILL), 0);
  EXPECT_EQ(*linux::wait_for_child(child), 128 + SIGKILL);

  Store store = *Store::open(root_);
  ASSERT_EQ(store.pods()->size(), 1U);
  EXPECT_EQ(store.pods()->front().name, "kept");
  EXPECT_TRUE(store.insert_pod(pod_named("lost"))) << "the dead writer's lock is gone";
  expect_sound();
}

// Writes pods of two containers, one transaction each, and says after each that it is recorded.
bool write_pods_for_ever(const std::string& root, int generation, int report) {
  Store store = *Store::open(root);
  for (int i = 0;; ++i) {
    const PodRecord pod = pod_named(fmt::format("pod-{}-{}", generation, i));
    auto transaction = store.begin();
    if (!transaction || !store.insert_pod(pod) ||
        !store.insert_container(container_named("a", pod.uid, pod.uid + "a")) ||
        !store.insert_container(container_named("b", pod.uid, pod.uid + "b")) ||
        !transaction->commit() || ::write(report, "x", 1) != 1) {
      return false;
    }
  }
}

TEST_F(StoreProcesses, KilledAtAnyMomentWhatWasReportedIsThere) {
  constexpr int kGenerations = 25;
  std::size_t reported = 0;
  for (int generation = 0; generation < kGenerations; ++generation) {
    linux::Pipe report = *linux::make_pipe();
    const pid_t child =
        in_child([&] { return write_pods_for_ever(root_, generation, report.write_end.get()); });
    report.write_end.close();
    // Killed after another number of pods each time, wherever it is by then.
    char byte = 0;
    for (int i = 0; i <= generation % 7 && ::read(report.read_end.get(), &byte, 1) == 1; ++i) {
      ++reported;
    }
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    EXPECT_EQ(*linux::wait_for_child(child), 128 + SIGKILL);
    while (::read(report.read_end.get(), &byte, 1) == 1) {
      ++reported;
    }
  }
  Store store = *Store::open(root_);
  const auto pods = store.pods();
  ASSERT_TRUE(pods);
  EXPECT_GE(pods->size(), reported);
  EXPECT_LE(pods->size(), reported + kGenerations);  // committed, killed before the report
  for (const PodRecord& pod : *pods) {
    EXPECT_EQ(store.containers(pod.uid)->size(), 2U) << pod.name;
  }
  expect_sound();
}

}  // namespace
}  // namespace podsysctl::store
