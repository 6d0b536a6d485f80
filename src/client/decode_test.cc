// SPDX-License-Identifier: Apache-2.0
// Answers of a service: what is written, read and written again is the same, and nonsense is told
// by the member that is wrong.
#include "client/decode.h"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "api/event_json.h"
#include "api/inspect_json.h"
#include "api/live_json.h"

namespace podsysctl::client {
namespace {

using testing::HasSubstr;

sysctl::SysctlKey key(std::string_view name) { return sysctl::SysctlKey::parse(name).value(); }

sysctl::Setting setting(std::string_view name, std::string value) {
  return {key(name), std::move(value), {.kind = sysctl::Origin::Kind::live}, ""};
}

api::TargetName web() { return {"web", "u-1", {"Pod", "shop", "web", "u-1"}}; }

store::PodRecord pod() {
  return {.uid = "u-1",
          .name = "web",
          .namespace_ = "shop",
          .phase = store::PodPhase::failed,
          .reason = "SysctlForbidden",
          .message = "Pod was rejected: \"x\"\n",
          .engine = "cri",
          .runtime = "unix:///run/x.sock",
          .sandbox_id = "ours",
          .runtime_id = "theirs",
          .sandbox_process = {.pid = 4711, .start_time = 1},
          .created = Timestamp(std::chrono::seconds(1'700'000'000)),
          .started = Timestamp(std::chrono::seconds(1'700'000'001)),
          .host_ports = {{"tcp", "127.0.0.1", 65535, 80}},
          .namespaces = {{"net", "/run/netns/x"}, {"ipc", "host"}}};
}

TEST(Decode, TheListOfPodsComesBack) {
  const std::vector<api::ListedPod> pods{{pod(), {"busybox", "nginx"}}, {}};
  const std::string text = api::list_json(pods);
  const auto read = parse_pods(text);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(api::list_json(*read), text);
  EXPECT_TRUE(parse_pods("[]").value().empty());
}

TEST(Decode, APodComesBack) {
  const std::vector<store::SettingRecord> settings{{.name = "net.core.somaxconn",
                                                    .requested = "2048",
                                                    .previous = "4096",
                                                    .effective = std::nullopt,
                                                    .origin = "pod.yaml:8:7",
                                                    .state = store::SettingState::rolled_back}};
  const std::vector<store::ContainerRecord> containers{{.id = "c1",
                                                        .name = "setup",
                                                        .kind = store::ContainerKind::init,
                                                        .image = "busybox",
                                                        .state = store::ContainerState::exited,
                                                        .exit_code = 3},
                                                       {.id = "c2",
                                                        .name = "main",
                                                        .image = "nginx",
                                                        .process = {.pid = 12, .start_time = 1},
                                                        .state = store::ContainerState::running}};
  const std::string text = api::inspect_json(pod(), settings, containers);
  const auto read = parse_pod(text);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(api::inspect_json(read->pod, read->settings, read->containers), text);
}

TEST(Decode, EventsComeBackLineByLine) {
  store::EventRecord event{.id = 7,
                           .type = store::EventType::warning,
                           .reason = "SysctlDrift",
                           .component = "podsysctl",
                           .host = "node1",
                           .object = {"Pod", "shop", "web", ""},
                           .message = "two\nlines",
                           .count = 3,
                           .first_seen = Timestamp(std::chrono::seconds(1'700'000'000)),
                           .last_seen = Timestamp(std::chrono::seconds(1'700'000'009))};
  const std::string line = api::event_json(event, api::EventId::shown);
  const auto read = parse_events(line + line);
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->size(), 2U);
  EXPECT_EQ(read->at(1), event);
  EXPECT_TRUE(parse_events("").value().empty());
}

TEST(Decode, ValuesComeBack) {
  const api::Values values{web(),
                           {{.key = key("net.core.somaxconn"),
                             .value = "1",
                             .fresh = "4096",
                             .host = "4096",
                             .origin = "podsysctl set",
                             .remark = ""},
                            {.key = key("net.ipv6.conf.all.stable_secret"),
                             .value = std::nullopt,
                             .fresh = std::nullopt,
                             .host = "",
                             .origin = "",
                             .remark = "it has none"}}};
  const std::string text = api::values_json(values);
  const auto read = parse_values(text);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(api::values_json(*read), text);
  EXPECT_TRUE(read->rows.at(0).differs());
}

TEST(Decode, TheAuditTrailComesBack) {
  const api::History history{{"pid:12", "", {}},
                             {{.time = Timestamp(std::chrono::seconds(1'700'000'000)),
                               .pid = 12,
                               .uid = 0,
                               .login_uid = 1000,
                               .target = "pid:12",
                               .namespace_inode = 4'026'531'840,
                               .name = "net.core.somaxconn",
                               .old_value = std::nullopt,
                               .new_value = "2",
                               .action = store::AuditAction::live_sockets,
                               .outcome = store::AuditOutcome::begun,
                               .reason = "because",
                               .detail = "listener",
                               .undone_by = 9}}};
  const std::string text = api::history_json(history);
  const auto read = parse_history(text);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(api::history_json(*read), text);
}

TEST(Decode, APlanComesBack) {
  const api::Planned planned{
      web(),
      {{{.setting = setting("net.core.somaxconn", "1"), .previous = "4096"},
        {.setting = setting("net.ipv6.conf.all.stable_secret", "::1"), .unset = true}}}};
  const std::string text = api::plan_json(planned);
  const auto read = parse_plan(text);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(api::plan_json(*read), text);
  EXPECT_TRUE(read->plan.steps.at(1).unset);
}

TEST(Decode, AChangeComesBack) {
  const api::Changed changed{
      web(),
      {.application = {.settings = {{setting("net.core.somaxconn", "1"), "4096", "4096",
                                     sysctl::ApplyState::rolled_back}},
                       .failure = Error{Code::partial_apply, 0, "it went wrong"}},
       .sockets = {{.key = key("net.core.somaxconn"),
                    .inode = 12,
                    .pid = 13,
                    .local = "0.0.0.0:80",
                    .remote = "",
                    .old_value = "4096",
                    .new_value = "1",
                    .outcome = live::SocketOutcome::refused,
                    .why = "it has no holder"}}}};
  const std::string text = api::change_json(changed);
  const auto read = parse_change(text);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(api::change_json(*read), text);
}

api::DriftReport drift_report() {
  api::DriftReport report;
  report.drift = {
      .name = "shop/web",
      .pod_uid = "u-1",
      .pod = {"Pod", "shop", "web", "u-1"},
      .checked = 3,
      .drifted = {{{.name = "net.core.somaxconn", .requested = "1", .origin = "f:1:2"}, "99", ""},
                  {{.name = "kernel.sem", .requested = "2"}, {}, "it is gone"}}};
  return report;
}

TEST(Decode, DriftComesBackRepairedOrNot) {
  const api::DriftReport seen = drift_report();
  api::DriftReport repaired = drift_report();
  repaired.repaired = {.settings = {{setting("net.core.somaxconn", "1")}}, .failure = {}};
  api::DriftReport failed = drift_report();
  failed.repaired = {.settings = {}, .failure = Error{Code::timeout, 0, "locked"}};
  api::DriftReport unseen{.drift = {.name = "b", .failure = Error{Code::permission, 0, "no"}},
                          .repaired = {}};
  const std::vector<api::DriftReport> reports{seen, repaired, failed, unseen};
  const std::string text = api::drift_json(reports);
  const auto read = parse_drift(text);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(api::drift_json(*read), text);
  EXPECT_FALSE(read->at(0).repaired);
  EXPECT_TRUE(read->at(1).is_repaired("net.core.somaxconn"));
  EXPECT_FALSE(read->at(1).is_clean());
  EXPECT_EQ(read->at(2).repaired->failure->message, "locked");
}

TEST(Decode, VerdictsComeBack) {
  const auto read =
      parse_verdicts(R"({"error":"e","code":"denied_by_policy","verdicts":[)"
                     R"({"name":"a.b","reason":"SysctlForbidden","message":"m","hint":"h"}]})");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(to_text(read->at(0)), "SysctlForbidden: m\nhint: h");
  EXPECT_TRUE(parse_verdicts(R"({"error":"e","code":"x"})").value().empty());
}

TEST(Decode, WhatIsWrongIsNamed) {
  struct Row {
    Result<> read;
    const char* message;
  };
  const auto outcome = [](const auto& result) {
    return result ? Result<>() : Result<>(std::unexpected(result.error()));
  };
  const std::string deep = std::string(40, '[') + std::string(40, ']');
  const Row rows[] = {
      {outcome(parse_pods("{}")), "pods: expected an array, found an object"},
      {outcome(parse_pods("[{}]")), "pods: [0]: \"name\" is missing"},
      {outcome(parse_pods(deep)), "pods:"},
      {outcome(parse_pod("nonsense")), "pod:"},
      {outcome(parse_events("{\"id\": \"7\"}")), "event: id: expected a whole number"},
      {outcome(parse_values(R"({"target":"a","pod":null,"sysctls":[{"name":"a..b"}]})")), "a..b"},
      {outcome(parse_change(R"({"target":"a","pod":{}})")), "change: pod: \"uid\" is missing"},
      {outcome(parse_drift(R"({"targets":[{"target":"a","pod":null,"checked":-1}]})")),
       "drift: targets[0].checked: -1 is out of range"},
  };
  for (const Row& row : rows) {
    ASSERT_FALSE(row.read) << row.message;
    EXPECT_EQ(row.read.error().code, Code::invalid_argument) << row.message;
    EXPECT_THAT(row.read.error().message, HasSubstr(row.message));
  }
}

}  // namespace
}  // namespace podsysctl::client
