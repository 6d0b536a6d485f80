// SPDX-License-Identifier: Apache-2.0
#include "agent/report.h"

#include <array>

#include <gmock/gmock.h>

namespace podsysctl::agent {
namespace {

using policy::Verdict;

sysctl::Setting setting(std::string_view key, std::string value) {
  sysctl::Setting made{.key = sysctl::SysctlKey::parse(key).value()};
  made.value = std::move(value);
  return made;
}

rules::Judged forbidden(std::string_view key, std::string value) {
  return {.setting = setting(key, std::move(value)),
          .fate = rules::Fate::forbidden,
          .verdict = Verdict::forbidden(std::string(key), "SysctlForbidden", "no", "ask")};
}

TEST(Report, ListsWhatWasDoneAndThenWhatWasNot) {
  sysctl::Application application;
  application.settings.push_back(
      {setting("net.core.somaxconn", "128"), "4096", "128", sysctl::ApplyState::applied});
  rules::Decision decision;
  decision.judged.push_back(forbidden("kernel.msgmax", "1"));
  // Asked for by the pod in vain, and given by a profile: one key, one record.
  decision.judged.push_back(forbidden("net.core.somaxconn", "70000"));
  const auto records = settings_of(application, decision);
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].name, "net.core.somaxconn");
  EXPECT_EQ(records[0].requested, "128");
  EXPECT_EQ(records[0].state, store::SettingState::applied);
  EXPECT_EQ(records[1].name, "kernel.msgmax");
  EXPECT_EQ(records[1].state, store::SettingState::refused);
}

store::SettingRecord record(std::string name, std::string requested, store::SettingState state,
                            std::string previous) {
  return {.name = std::move(name),
          .requested = std::move(requested),
          .previous = std::move(previous),
          .state = state};
}

TEST(Report, KeepsWhatIsInForceUnlessItWasWrittenAnew) {
  using enum store::SettingState;
  const std::vector<store::SettingRecord> first = {
      record("a", "1", applied, "0"), record("b", "1", applied, "0"),
      record("c", "1", applied, "0"), record("d", "1", applied, "0"),
      record("e", "1", refused, "0"), record("f", "1", applied, "0")};
  const auto now = merged(first, {record("a", "1", unchanged, "1"),     // found in force
                                  record("b", "2", applied, "1"),       // another value
                                  record("c", "9", refused, ""),        // not granted any more
                                  record("e", "1", applied, "0"),       // granted now
                                  record("f", "2", rolled_back, "")});  // the kernel refused it
  ASSERT_EQ(now.size(), 6U);
  EXPECT_EQ(now[0], first[0]);
  EXPECT_EQ(now[1].requested, "2");
  EXPECT_EQ(now[2], first[2]);
  EXPECT_EQ(now[3].state, applied);
  EXPECT_EQ(now[4], first[5]);
  EXPECT_EQ(now[5], first[3]);  // nobody asks for it any more, and it holds
}

TEST(Report, SaysAllThatIsWrong) {
  const std::array verdicts{Verdict::forbidden("a", "SysctlForbidden", "a is not allowed", "ask"),
                            Verdict::forbidden("b", "SysctlForbidden", "b neither", "")};
  EXPECT_EQ(text_of("SysctlForbidden", verdicts),
            "SysctlForbidden: a is not allowed (ask); b neither");
}

TEST(Report, NamesNamespacesByPathByProcessOrAsTheHosts) {
  Sandbox sandbox{.id = "s", .pid = 7, .places = {{linux::NamespaceKind::net, "/run/netns/x"}}};
  OpenSandbox open;
  open.target.net.emplace(linux::Namespace::own(linux::NamespaceKind::net).value());
  open.target.ipc.emplace(linux::Namespace::own(linux::NamespaceKind::ipc).value());
  const store::PodRecord pod = record_of(sandbox, &open, Timestamp{});
  EXPECT_EQ(pod.uid, "s");  // of a pod that a runtime gave no uid
  ASSERT_EQ(pod.namespaces.size(), 3U);
  EXPECT_EQ(pod.namespaces[0].path, "/run/netns/x");
  EXPECT_EQ(pod.namespaces[1].path, "/proc/7/ns/ipc");
  EXPECT_EQ(pod.namespaces[2].path, "host");
}

}  // namespace
}  // namespace podsysctl::agent
