// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/testing.h"

namespace podsysctl::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

AuditRecord record_of(const std::string& target, const std::string& key,
                      AuditOutcome outcome = AuditOutcome::begun) {
  return {.time = at_second(1000),
          .pid = 12,
          .uid = 0,
          .login_uid = 4294967294U,
          .target = "web",
          .target_id = target,
          .namespace_inode = 4026531840U,
          .name = key,
          .old_value = "1",
          .new_value = "2",
          .outcome = outcome,
          .reason = "incident 7",
          .detail = "by hand",
          .was_requested = "1",
          .was_origin = "pod.yaml:8:7"};
}

class Audit : public StateFolder {
 protected:
  void SetUp() override {
    Result<Store> store = Store::open(root_);
    ASSERT_TRUE(store) << store.error().message;
    store_.emplace(*std::move(store));
  }
  std::int64_t add(const AuditRecord& record) {
    return store_->begin_audit(std::vector{record}).value();
  }
  std::optional<Store> store_;
};

TEST_F(Audit, KeepsEveryField) {
  AuditRecord record = record_of("pod/a", "net.core.somaxconn");
  record.batch = add(record);
  record.id = 1;
  EXPECT_THAT(store_->audit("pod/a").value(), ElementsAre(record));
  EXPECT_THAT(store_->audit("pod/b").value(), IsEmpty());
  record.login_uid.reset();
  record.old_value.reset();
  record.was_origin.reset();
  record.was_requested.reset();
  record.action = AuditAction::live_sockets;
  record.outcome = AuditOutcome::applied;
  ASSERT_TRUE(store_->finish_audit(record.batch, std::vector{record}));
  record.id = 2;
  EXPECT_THAT(store_->audit("pod/a").value(), ElementsAre(record));
}

TEST_F(Audit, TheLastSetIsTheLastThatWasNotUndone) {
  EXPECT_THAT(store_->last_set("pod/a").value(), IsEmpty());
  const auto first = add(record_of("pod/a", "a.b", AuditOutcome::applied));
  const auto second = add(record_of("pod/a", "a.c", AuditOutcome::begun));
  add(record_of("pod/a", "a.d", AuditOutcome::refused));
  add(record_of("pod/b", "a.e", AuditOutcome::applied));
  AuditRecord repair = record_of("pod/a", "a.f", AuditOutcome::applied);
  repair.action = AuditAction::repair;
  const auto third = add(repair);
  EXPECT_EQ(store_->last_set("pod/a").value().front().batch, second);
  ASSERT_TRUE(store_->mark_undone(second, third));
  EXPECT_EQ(store_->last_set("pod/a").value().front().batch, first);
  ASSERT_TRUE(store_->mark_undone(first, third));
  EXPECT_THAT(store_->last_set("pod/a").value(), IsEmpty());
}

TEST_F(Audit, ManagedPodsAreThoseThatWereStartedAndHaveSettings) {
  PodRecord web = pod_named("web");
  web.stage = Stage::started;
  web.sandbox_process = {4711, 9};
  web.namespaces = {{"net", "/run/x/net"}, {"ipc", "host"}};
  PodRecord bare = pod_named("bare");
  bare.stage = Stage::started;
  PodRecord ended = pod_named("ended");
  ended.stage = Stage::stopped;
  const std::vector<SettingRecord> settings{
      {"net.b", "1", "0", "1", "--sysctl", SettingState::applied},
      {"net.a", "2", {}, {}, "pod.yaml:1:1", SettingState::refused}};
  for (const PodRecord& pod : {web, bare, ended}) {
    ASSERT_TRUE(store_->insert_pod(pod));
  }
  ASSERT_TRUE(store_->put_settings(web.uid, settings));
  ASSERT_TRUE(store_->put_settings(ended.uid, settings));
  auto managed = store_->managed_pods().value();
  ASSERT_EQ(managed.size(), 1U);
  EXPECT_EQ(managed[0].uid, web.uid);
  EXPECT_EQ(managed[0].name, "web");
  EXPECT_EQ(managed[0].namespace_, "default");
  EXPECT_EQ(managed[0].sandbox_process, web.sandbox_process);
  EXPECT_EQ(managed[0].namespaces, web.namespaces);
  EXPECT_EQ(managed[0].settings, settings);
  ASSERT_TRUE(store_->set_drifted(web.uid, "net.b", "7"));
  EXPECT_EQ(store_->managed_pods().value()[0].settings[0].drifted, "7");
  EXPECT_EQ(store_->settings(web.uid).value()[0].drifted, "7");
  ASSERT_TRUE(store_->set_drifted(web.uid, "net.b", std::nullopt));
  EXPECT_EQ(store_->settings(web.uid).value(), settings);
  EXPECT_EQ(store_->pins("net").value().front().path, "/run/x/net");
}

}  // namespace
}  // namespace podsysctl::store
