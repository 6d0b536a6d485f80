// SPDX-License-Identifier: Apache-2.0
#include "store/store.h"

#include <sys/stat.h>

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "linux/file.h"
#include "store/enum_texts.h"
#include "store/schema.h"
#include "store/testing.h"

namespace podsysctl::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class StoreTest : public StateFolder {
 protected:
  Store open() { return *Store::open(root_); }

  mode_t mode_of(const std::string& path) {
    struct stat status{};
    EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
    return status.st_mode & 07777U;
  }
};

TEST_F(StoreTest, EveryFieldOfAPodComesBack) {
  Store store = open();
  const PodRecord pod = full_pod();
  ASSERT_TRUE(store.insert_pod(pod));
  EXPECT_EQ(*open().pod(pod.uid), pod);
}

TEST_F(StoreTest, EveryFieldOfAContainerComesBack) {
  Store store = open();
  const PodRecord pod = full_pod();
  ASSERT_TRUE(store.insert_pod(pod));
  ContainerRecord container = container_named("nginx", pod.uid, "c0ffee");
  container.kind = ContainerKind::init;
  container.image = "docker.io/library/nginx:1.25";
  container.process = {7, 8};
  container.monitor = {9, 10};
  container.state = ContainerState::exited;
  container.exit_code = 137;
  container.reason = "Error";
  container.message = "out of memory";
  container.log_path = "/var/lib/podsysctl/pods/x/logs/nginx.log";
  container.started = at_second(1);
  container.finished = at_second(2);
  container.restart_count = 3;
  container.stop_signal = 3;
  ASSERT_TRUE(store.insert_container(container));
  EXPECT_EQ(*store.container("c0ffee"), container);

  container.exit_code.reset();
  container.state = ContainerState::running;
  ASSERT_TRUE(store.update_container(container));
  EXPECT_THAT(*store.containers(pod.uid), ElementsAre(container));
}

TEST_F(StoreTest, SettingsKeepOrderAndTellUnreadFromEmpty) {
  Store store = open();
  const PodRecord pod = full_pod();
  ASSERT_TRUE(store.insert_pod(pod));
  const std::vector<SettingRecord> settings = {
      {"net.core.somaxconn", "65535", "4096", "65535", "pod.yaml:8:7", SettingState::applied},
      {"kernel.domainname", "x", "", "(none)", "--sysctl", SettingState::rolled_back},
      {"kernel.msgmax", "1", std::nullopt, std::nullopt, "--sysctl", SettingState::refused}};
  ASSERT_TRUE(store.put_settings(pod.uid, settings));
  EXPECT_EQ(*store.settings(pod.uid), settings);
  ASSERT_TRUE(store.put_settings(pod.uid, std::span(settings).first(1)));
  EXPECT_THAT(*store.settings(pod.uid), ElementsAre(settings.front()));
}

TEST_F(StoreTest, ContainersComeInTheOrderInserted) {
  Store store = open();
  const PodRecord pod = pod_named("web");
  ASSERT_TRUE(store.insert_pod(pod));
  for (const char* const id : {"c", "a", "b"}) {
    ASSERT_TRUE(store.insert_container(container_named(std::string("n") + id, pod.uid, id)));
  }
  std::vector<std::string> ids;
  const auto containers = store.containers(pod.uid);
  for (const ContainerRecord& container : *containers) {
    ids.push_back(container.id);
  }
  EXPECT_THAT(ids, ElementsAre("c", "a", "b"));
}

TEST_F(StoreTest, ATakenNameNamesTheWayOut) {
  Store store = open();
  ASSERT_TRUE(store.insert_pod(pod_named("web")));
  PodRecord again = pod_named("web");
  again.uid = "other";
  const auto refused = store.insert_pod(again);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::conflict);
  EXPECT_THAT(refused.error().message, HasSubstr("pod default/web exists already"));
  EXPECT_THAT(refused.error().message, HasSubstr("podsysctl rm web"));

  again.namespace_ = "team";
  EXPECT_TRUE(store.insert_pod(again)) << "names are unique per namespace";
}

TEST_F(StoreTest, AContainerNeedsItsPod) {
  Store store = open();
  const auto refused = store.insert_container(container_named("x", "no-such-pod", "id"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::conflict);
  EXPECT_THAT(refused.error().message, HasSubstr("container \"x\" of pod no-such-pod"));
}

TEST_F(StoreTest, DeletingAPodTakesItsPartsAndLeavesItsEvents) {
  Store store = open();
  const PodRecord pod = full_pod();
  ASSERT_TRUE(store.insert_pod(pod));
  ASSERT_TRUE(store.insert_container(container_named("nginx", pod.uid, "c0ffee")));
  ASSERT_TRUE(store.put_settings(pod.uid, std::vector<SettingRecord>{{"a", "b"}}));
  EventRecord event;
  event.object = {"Pod", pod.namespace_, pod.name, pod.uid};
  ASSERT_TRUE(store.add_event(event));
  ASSERT_TRUE(store.delete_pod(pod.uid));

  EXPECT_THAT(*store.pods(), IsEmpty());
  EXPECT_THAT(*store.containers(pod.uid), IsEmpty());
  EXPECT_THAT(*store.settings(pod.uid), IsEmpty());
  EXPECT_EQ(store.events()->size(), 1U);
  EXPECT_TRUE(store.insert_pod(pod)) << "nothing of the old one is in the way";
  EXPECT_TRUE(store.delete_pod("no-such-pod"));
}

TEST_F(StoreTest, ChangesOfAbsentRecordsAreErrors) {
  Store store = open();
  const auto fails = [](const auto& result) {
    return !result && result.error().code == Code::not_found;
  };
  EXPECT_TRUE(fails(store.pod("none")));
  EXPECT_TRUE(fails(store.update_pod(pod_named("none"))));
  EXPECT_TRUE(fails(store.set_stage("none", Stage::stopped)));
  EXPECT_TRUE(fails(store.container("none")));
  EXPECT_TRUE(fails(store.update_container(container_named("n", "p", "none"))));
}

TEST_F(StoreTest, ModifyWritesTheChangeOrNothing) {
  Store store = open();
  const PodRecord pod = pod_named("web");
  ASSERT_TRUE(store.insert_pod(pod));
  const auto changed = store.modify_pod(pod.uid, [](PodRecord& record) {
    record.phase = PodPhase::running;
    return Result<>();
  });
  ASSERT_TRUE(changed);
  EXPECT_EQ(store.pod(pod.uid)->phase, PodPhase::running);

  const auto refused = store.modify_pod(pod.uid, [](PodRecord& record) -> Result<> {
    record.phase = PodPhase::failed;
    return Error::of(Code::conflict, "not now");
  });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "not now");
  EXPECT_EQ(store.pod(pod.uid)->phase, PodPhase::running);
  EXPECT_TRUE(store.set_stage(pod.uid, Stage::stopping)) << "no transaction is left open";
}

TEST_F(StoreTest, ATransactionIsAllOrNothing) {
  Store store = open();
  {
    const Transaction dropped = *store.begin();
    ASSERT_TRUE(store.insert_pod(pod_named("a")));
    ASSERT_TRUE(store.put_settings(pod_named("a").uid, std::vector<SettingRecord>{{"k", "v"}}));
    const auto nested = store.begin();
    ASSERT_FALSE(nested);
    EXPECT_EQ(nested.error().code, Code::internal);
  }
  EXPECT_THAT(*store.pods(), IsEmpty());
  Transaction kept = *store.begin();
  ASSERT_TRUE(store.insert_pod(pod_named("a")));
  ASSERT_TRUE(kept.commit());
  EXPECT_EQ(open().pods()->size(), 1U);
}

TEST_F(StoreTest, NamespacesAreReplaced) {
  Store store = open();
  const PodRecord pod = full_pod();
  ASSERT_TRUE(store.insert_pod(pod));
  const std::vector<NamespaceRecord> namespaces = {{"uts", "/run/podsysctl/x/uts"}};
  ASSERT_TRUE(store.put_namespaces(pod.uid, namespaces));
  EXPECT_EQ(store.pod(pod.uid)->namespaces, namespaces);
}

TEST_F(StoreTest, FilesAreTheOwnersAlone) {
  const std::string root = root_ + "/deep/state";
  Store store = *Store::open(root);
  ASSERT_TRUE(store.insert_pod(full_pod()));
  EXPECT_EQ(mode_of(root), 0711U);
  EXPECT_EQ(mode_of(root + "/state.db"), 0600U);
  EXPECT_EQ(mode_of(root + "/state.db-wal"), 0600U);
}

TEST_F(StoreTest, LookingMakesNothing) {
  const auto absent = Store::open_if_present(root_ + "/none");
  ASSERT_TRUE(absent);
  EXPECT_FALSE(*absent);
  EXPECT_FALSE(std::filesystem::exists(root_ + "/none"));
  open();
  const auto present = Store::open_if_present(root_);
  ASSERT_TRUE(present);
  EXPECT_TRUE(*present);
}

TEST_F(StoreTest, ADatabaseOfANewerVersionIsLeftAlone) {
  open();
  {
    Database database = *Database::open(database_path(root_), Database::Access::existing);
    ASSERT_TRUE(database.execute("PRAGMA user_version = 999"));
  }
  const auto refused = Store::open(root_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::unsupported);
  EXPECT_THAT(refused.error().message, HasSubstr("version 999"));
}

// Version 1 had no columns for how a pod is stopped: its pods keep the defaults.
TEST_F(StoreTest, ADatabaseOfVersion1IsBroughtUpToDate) {
  PodRecord pod = full_pod();
  ContainerRecord container = container_named("nginx", pod.uid, "c0ffee");
  {
    Store store = open();
    ASSERT_TRUE(store.insert_pod(pod));
    ASSERT_TRUE(store.insert_container(container));
    Database database = *Database::open(database_path(root_), Database::Access::existing);
    ASSERT_TRUE(
        database.execute("DROP INDEX pods_by_runtime_id; DROP INDEX containers_by_runtime_id;"
                         "ALTER TABLE pods DROP COLUMN runtime_id;"
                         "ALTER TABLE pods DROP COLUMN source;"
                         "ALTER TABLE pods DROP COLUMN source_hash;"
                         "ALTER TABLE containers DROP COLUMN runtime_id;"
                         "ALTER TABLE pods DROP COLUMN grace_seconds;"
                         "ALTER TABLE containers DROP COLUMN stop_signal;"
                         "ALTER TABLE settings DROP COLUMN drifted; DROP TABLE audit;"
                         "PRAGMA user_version = 1"));
  }
  pod.grace = std::chrono::seconds(30);
  pod.runtime_id.clear();
  pod.source.clear();
  pod.source_hash.clear();
  container.stop_signal = 15;
  EXPECT_EQ(*open().pod(pod.uid), pod);
  EXPECT_EQ(*open().container("c0ffee"), container);
}

TEST_F(StoreTest, AnInterruptedCreationIsCompleted) {
  // What a kill between making the file and the migration leaves.
  ASSERT_TRUE(linux::write_file(database_path(root_), ""));
  EXPECT_TRUE(open().insert_pod(full_pod()));
}

TEST_F(StoreTest, ADamagedFileIsNamed) {
  ASSERT_TRUE(linux::write_file(database_path(root_), std::string(8192, 'x')));
  const auto refused = Store::open(root_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::internal);
  EXPECT_THAT(refused.error().message, HasSubstr(database_path(root_)));
  EXPECT_THAT(refused.error().message, HasSubstr("damaged"));
}

TEST_F(StoreTest, AFolderThatCannotBeMadeIsNamed) {
  const auto refused = Store::open("/proc/none");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("/proc/none"));
}

TEST_F(StoreTest, AnUnknownStateTextIsAnErrorNotAGuess) {
  Store store = open();
  ASSERT_TRUE(store.insert_pod(pod_named("web")));
  Database database = *Database::open(database_path(root_), Database::Access::existing);
  ASSERT_TRUE(database.execute("UPDATE pods SET phase = 'Sleeping'"));
  const auto refused = store.pods();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("\"Sleeping\" is no pod phase"));
}

template <class Table>
void expect_distinct_texts(const Table& table) {
  for (const std::string_view text : table.texts) {
    const auto value = value_of(table, text);
    ASSERT_TRUE(value) << text;
    EXPECT_FALSE(text.empty()) << table.what;
    EXPECT_EQ(text_of(table, *value), text);
  }
}

TEST(EnumTexts, EachTextLeadsBackToItsValue) {
  expect_distinct_texts(kPodPhases);
  expect_distinct_texts(kStages);
  expect_distinct_texts(kAttachments);
  expect_distinct_texts(kAfterExits);
  expect_distinct_texts(kContainerKinds);
  expect_distinct_texts(kContainerStates);
  expect_distinct_texts(kSettingStates);
  expect_distinct_texts(kEventTypes);
  EXPECT_EQ(to_string(Stage::removing), "removing");
  EXPECT_EQ(to_string(SettingState::rolled_back), "rolled-back");
  EXPECT_EQ(to_string(PodPhase::unknown), "Unknown");
}

}  // namespace
}  // namespace podsysctl::store
