// SPDX-License-Identifier: Apache-2.0
// What the local API answers, over a state of the test and targets that say what they were asked.
// Real targets and commands: tests/e2e/api.case.
#include "api/api.h"

#include <unistd.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "api/target_resources.h"
#include "store/testing.h"

namespace podsysctl::api {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

// Notes what is asked, and refuses it or says that nothing was there to do.
class AskedTargets final : public Targets {
 public:
  Result<Values> values(const std::string& target, const ValuesWish& wish) override {
    std::string words = "values " + target + (wish.which == live::Which::all ? " all" : "");
    for (const sysctl::SysctlKey& key : wish.keys) {
      words += " " + key.name();
    }
    asked.push_back(words);
    return Values{{target, "", {}}, {}};
  }
  Result<History> history(const std::string& target,
                          const std::vector<sysctl::SysctlKey>& keys) override {
    asked.push_back(fmt::format("history {} {}", target, keys.size()));
    return History{{target, "", {}}, {}};
  }
  std::expected<Planned, live::Refusal> plan_set(const std::string& target,
                                                 const SetWish& wish) override {
    asked.push_back(fmt::format("plan {} {}", target, wish.settings.size()));
    live::Refusal refusal;
    refusal.error = {Code::denied_by_policy, 0, "forbidden sysctl: \"a.b\" not allowlisted"};
    refusal.offenders.push_back(
        policy::Verdict::forbidden("a.b", policy::kSysctlForbidden, "m", "h"));
    return std::unexpected(std::move(refusal));
  }
  std::expected<Changed, live::Refusal> set(const std::string& target,
                                            const SetWish& wish) override {
    asked.push_back(fmt::format("set {} {}={} {}", target, wish.settings[0].key.name(),
                                wish.settings[0].value, wish.reason));
    return Changed{{target, "", {}}, {}};
  }
  Result<Planned> plan_undo(const std::string& target, const live::UndoRequest&) override {
    asked.push_back("plan undo " + target);
    return Planned{{target, "", {}}, {}};
  }
  Result<Changed> undo(const std::string& target, const live::UndoRequest&) override {
    asked.push_back("undo " + target);
    Changed changed{{target, "", {}}, {}};
    changed.change.application.failure = Error{Code::invalid_argument, 0, "the kernel refused"};
    return changed;
  }
  Result<std::vector<DriftReport>> drift(const std::string& target) override {
    asked.push_back("drift " + target);
    return std::vector<DriftReport>();
  }
  Result<std::vector<DriftReport>> repair(const std::string& target,
                                          const std::string& reason) override {
    asked.push_back("repair " + target + " " + reason);
    return std::vector<DriftReport>();
  }

  std::vector<std::string> asked;
};

class ApiTest : public store::StateFolder {
 protected:
  void SetUp() override {
    store_.emplace(store::Store::open(root_).value());
    caller_.peer = {.pid = ::getpid(), .uid = 0};
  }

  http::Answer ask(const std::string& method, const std::string& target,
                   const std::string& body = "") {
    const Api api{.store = *store_,
                  .root = root_,
                  .pulse = pulse_,
                  .metrics = [](store::Store&) -> Result<std::string> { return "m 1\n"; },
                  .more = target_resources(
                      [this](Purpose purpose, const live::Author& author, const Ask& ask) {
                        purposes_.push_back(purpose);
                        author_ = author;
                        return ask(targets_);
                      }),
                  .before_look = [this] { ++looks_; }};
    return api.answer({.method = method, .target = target, .body = body}, caller_);
  }

  std::optional<store::Store> store_;
  Pulse pulse_;
  http::Caller caller_;
  AskedTargets targets_;
  std::vector<Purpose> purposes_;
  live::Author author_;
  int looks_ = 0;
};

TEST_F(ApiTest, PodsAndEventsAreThoseOnRecord) {
  ASSERT_TRUE(store_->insert_pod({.uid = "u1", .name = "web", .stage = store::Stage::started}));
  ASSERT_TRUE(store_->insert_pod({.uid = "u2", .name = "old", .stage = store::Stage::stopped}));
  ASSERT_TRUE(store_->add_event(
      {.reason = "Gone", .object = {"Pod", "default", "gone", ""}, .message = "it was there"}));
  EXPECT_THAT(ask("GET", "/v1/pods").body, HasSubstr("\"old\""));
  EXPECT_THAT(ask("GET", "/v1/pods?ended=false").body, Not(HasSubstr("\"old\"")));
  EXPECT_THAT(ask("GET", "/v1/pods/web").body, HasSubstr("\"uid\": \"u1\""));
  EXPECT_EQ(looks_, 3);
  EXPECT_EQ(ask("GET", "/v1/pods/nobody").status, 404);
  // Events outlive their pod.
  EXPECT_THAT(ask("GET", "/v1/events?pod=gone").body, HasSubstr("\"id\":1,"));
  EXPECT_EQ(ask("GET", "/v1/events?pod=gone&after=1").body, "");
  EXPECT_EQ(ask("GET", "/v1/events?after=x").status, 400);
  EXPECT_EQ(ask("GET", "/healthz").body, "ok\n");
  EXPECT_THAT(ask("GET", "/metrics").body,
              AllOf(StartsWith("m 1\n"), EndsWith("\npodsysctl_state_writable 1\n")));
}

TEST_F(ApiTest, AStateFolderThatCannotBeWrittenIsNoHealth) {
  const std::string aside = root_ + ".aside";
  std::filesystem::rename(root_, aside);
  const auto health = ask("GET", "/healthz");
  EXPECT_EQ(health.status, 503);
  EXPECT_THAT(health.body, StartsWith("the state folder cannot be written: open " + root_));
  EXPECT_THAT(ask("GET", "/metrics").body, HasSubstr("\npodsysctl_state_writable 0\n"));
  std::filesystem::rename(aside, root_);
}

TEST_F(ApiTest, LooksGoToTheTarget) {
  EXPECT_EQ(ask("GET", "/v1/targets/shop%2Fweb/sysctls").status, 200);
  EXPECT_EQ(ask("GET", "/v1/targets/web/sysctls?all=true").status, 200);
  EXPECT_EQ(ask("GET", "/v1/targets/web/sysctls?keys=a.b,c.d&key=e.f%2Cg").status, 200);
  EXPECT_EQ(ask("GET", "/v1/targets/web/history?key=a.b").status, 200);
  EXPECT_EQ(ask("GET", "/v1/drift").status, 200);
  EXPECT_EQ(ask("GET", "/v1/drift?target=web").status, 200);
  EXPECT_THAT(targets_.asked,
              ElementsAre("values shop/web", "values web all", "values web e.f,g a.b c.d",
                          "history web 1", "drift ", "drift web"));
  EXPECT_THAT(purposes_, testing::Each(Purpose::look));
  EXPECT_EQ(ask("GET", "/v1/targets/web/sysctls?keys=a..b").status, 400);
  EXPECT_EQ(ask("DELETE", "/v1/targets/web/sysctls").status, 404);
}

TEST_F(ApiTest, ChangesAreTheCallers) {
  const auto set = ask("POST", "/v1/targets/web/sysctls",
                       R"({"sysctls": [{"name": "a.b", "value": "1"}], "reason": "why"})");
  EXPECT_EQ(set.status, 200) << set.body;
  EXPECT_EQ(author_.uid, 0U);
  EXPECT_EQ(author_.pid, ::getpid());
  EXPECT_EQ(ask("POST", "/v1/drift/repair").status, 200);
  const auto undo = ask("POST", "/v1/targets/web/sysctls/undo", "{}");
  EXPECT_EQ(undo.status, 422);
  EXPECT_THAT(undo.body, HasSubstr("\"error\": \"the kernel refused\""));
  EXPECT_EQ(ask("POST", "/v1/targets/web/sysctls/undo", R"({"dryRun": true})").status, 200);
  EXPECT_THAT(targets_.asked,
              ElementsAre("set web a.b=1 why", "repair  ", "undo web", "plan undo web"));
  EXPECT_THAT(purposes_, testing::Each(Purpose::change));
}

TEST_F(ApiTest, ARefusalCarriesItsVerdicts) {
  const auto answer = ask("POST", "/v1/targets/web/sysctls",
                          R"({"sysctls": [{"name": "a.b", "value": "1"}], "dryRun": true})");
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.body,
            R"({"error":"forbidden sysctl: \"a.b\" not allowlisted","code":"denied_by_policy",)"
            R"("verdicts":[{"name":"a.b","reason":"SysctlForbidden","message":"m","hint":"h"}]})"
            "\n");
}

TEST_F(ApiTest, WrongBodiesAreRefusedBeforeAnythingIsDone) {
  const std::pair<std::string, const char*> rows[] = {
      {"", "\\\"sysctls\\\" is missing"},
      {"[]", "expected an object"},
      {R"({"sysctls": []})", "there is nothing to set"},
      {R"({"sysctls": [{"name": "a.b", "value": 1}]})", "sysctls[0].value: expected a string"},
      {R"({"sysctls": [{"name": "a.b"}]})", "\\\"value\\\" is missing"},
      {R"({"sysctls": [{"name": "a.b", "value": ""}]})", "it is empty"},
      {R"({"sysctls": [{"name": "a.b", "value": "1", "x": 1}]})",
       "sysctls[0].x: unknown member; taken are name, value"},
      {R"({"sysctls": [{"name": "a..b", "value": "1"}]})", "a..b"},
      {R"({"sysctls": [{"name": "a.b", "value": "1"}], "forse": true})", "forse: unknown member"},
      {R"({"sysctls": [{"name": "a.b", "value": "1"}], "force": "yes"})", "expected true or false"},
      {R"({"sysctls": [[[[[[1]]]]]]})", "request"},
  };
  for (const auto& [body, message] : rows) {
    const auto answer = ask("POST", "/v1/targets/web/sysctls", body);
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_THAT(answer.body, HasSubstr(message)) << body;
  }
  EXPECT_EQ(ask("POST", "/v1/targets/web/sysctls/undo", R"({"sysctls": []})").status, 400);
  EXPECT_EQ(ask("POST", "/v1/drift/repair", R"({"force": true})").status, 400);
  EXPECT_THAT(targets_.asked, IsEmpty());
}

TEST_F(ApiTest, ForceIsForRoot) {
  caller_.peer.uid = 1000;
  for (const char* path : {"/v1/targets/web/sysctls", "/v1/targets/web/sysctls/undo"}) {
    const std::string settings =
        std::string(path).ends_with("undo") ? "" : R"("sysctls":[{"name":"a.b","value":"1"}],)";
    const auto answer = ask("POST", path, "{" + settings + R"("force":true})");
    EXPECT_EQ(answer.status, 403) << path;
    EXPECT_THAT(answer.body, HasSubstr("--force is for root"));
  }
  EXPECT_THAT(targets_.asked, IsEmpty());
}

}  // namespace
}  // namespace podsysctl::api
