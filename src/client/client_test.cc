// SPDX-License-Identifier: Apache-2.0
// What is asked of a service and what becomes of its answers, with a server that says what it is
// told to. The services' own answers: src/api/api_test.cc, tests/e2e/api.case.
#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "client/joined_records.h"
#include "client/joined_targets.h"
#include "client/lasting_stream.h"
#include "client/service_records.h"
#include "client/service_targets.h"
#include "http/testing.h"
#include "linux/listen.h"
#include "linux/wake_up.h"

namespace podsysctl::client {
namespace {

using http::FakeServer;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kEvent =
    R"({"id":5,"type":"Normal","reason":"Started","source":{"component":"c","host":"h"},)"
    R"("involvedObject":{"kind":"Pod","namespace":"default","name":"web"},"message":"m",)"
    R"("count":1,"firstTimestamp":"2026-01-01T00:00:00Z","lastTimestamp":"2026-01-01T00:00:00Z"})"
    "\n";

// Healthy, and answers everything else as told.
class Fake {
 public:
  explicit Fake(int status, std::string body)
      : server_([status, body = std::move(body)](const std::string& request) {
          return request.starts_with("GET / ") ? FakeServer::reply(200, "ok\n")
                                               : FakeServer::reply(status, body);
        }),
        service_(Service::find(server_.endpoint().path).value().value()) {}

  Service& service() { return service_; }
  // The last request's first line and body.
  [[nodiscard]] std::string line() const {
    const std::string last = server_.requests().back();
    return last.substr(0, last.find(" HTTP/1.1"));
  }
  [[nodiscard]] std::string body() const {
    const std::string last = server_.requests().back();
    return last.substr(last.find("\r\n\r\n") + 4);
  }

 private:
  FakeServer server_;
  Service service_;
};

TEST(Service, IsFoundOnlyWhereItAnswers) {
  EXPECT_FALSE(Service::find("/nowhere/at.all").value());
  EXPECT_FALSE(Service::find("/etc/passwd/x").value());
  EXPECT_FALSE(Service::find("/" + std::string(200, 'x')).value());
  const std::string path = testing::TempDir() + "client_test_" + std::to_string(::getpid());
  {
    // Somebody listens and says nothing.
    const linux::Fd deaf = linux::listen_unix(path, 0600).value();
    const auto found = Service::find(path);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, Code::timeout);
    EXPECT_THAT(found.error().message, HasSubstr(path));
  }
  EXPECT_FALSE(Service::find(path).value());  // its file is there, and nobody behind it
  ::unlink(path.c_str());
}

TEST(Service, OneThatHangsUpIsAnError) {
  const FakeServer server([](const std::string&) { return std::string(); });
  const auto found = Service::find(server.endpoint().path);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Code::unavailable);
}

TEST(ServiceRecords, AskForWhatIsWanted) {
  Fake fake(200, "[]");
  ServiceRecords records(fake.service());
  EXPECT_TRUE(records.pods(api::Ended::shown));
  EXPECT_EQ(fake.line(), "GET /v1/pods");
  EXPECT_TRUE(records.pods(api::Ended::left_out));
  EXPECT_EQ(fake.line(), "GET /v1/pods?ended=false");
  EXPECT_FALSE(records.pod("shop/web"));
  EXPECT_EQ(fake.line(), "GET /v1/pods/shop%2Fweb");
  EXPECT_FALSE(records.events({.pod = "a b", .after = 3}));
  EXPECT_EQ(fake.line(), "GET /v1/events?after=3&pod=a%20b");
}

TEST(ServiceRecords, ErrorsAreTheServicesOwn) {
  Fake fake(404, R"({"error": "no pod \"x\"", "code": "not_found"})");
  ServiceRecords records(fake.service());
  const auto pod = records.pod("x");
  ASSERT_FALSE(pod);
  EXPECT_EQ(pod.error().code, Code::not_found);
  EXPECT_EQ(pod.error().message, "no pod \"x\"");
  Fake nonsense(500, "<html>");
  const auto other = ServiceRecords(nonsense.service()).pod("x");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().message, "the service answered with status 500");
}

TEST(ServiceRecords, AStreamEndsWithItsServiceAndGoesOnElsewhere) {
  const FakeServer server([](const std::string& request) {
    if (request.starts_with("GET / ")) {
      return FakeServer::reply(200, "ok\n");
    }
    return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" +
           fmt::format("{:x}\r\n{}\r\n", std::string(kEvent).size(), kEvent) + "\xff";
  });
  Service service = Service::find(server.endpoint().path).value().value();
  ServiceRecords records(service);
  auto streams = records.follow({.pod = "", .after = 4});
  ASSERT_TRUE(streams) << streams.error().message;
  std::vector<std::int64_t> after;
  LastingStream stream(std::move(streams->front()), 4,
                       [&](std::int64_t last) -> Result<std::unique_ptr<api::EventStream>> {
                         after.push_back(last);
                         return Error::of(Code::unavailable, "there is nothing else");
                       });
  std::vector<std::int64_t> seen;
  Result<std::vector<store::EventRecord>> events = stream.next();
  while (events) {
    for (const store::EventRecord& event : *events) {
      seen.push_back(event.id);
    }
    events = stream.next();
  }
  EXPECT_THAT(seen, testing::Each(5));
  EXPECT_THAT(seen, testing::Not(testing::IsEmpty()));
  EXPECT_THAT(after, ElementsAre(5));
  EXPECT_EQ(events.error().message, "there is nothing else");
}

api::SetWish wish() {
  return {.settings = {{sysctl::SysctlKey::parse("a.b").value(), "1 2", {}, ""}},
          .allowed_unsafe = {"net.*"},
          .kubernetes_version = "1.30",
          .force = live::Force::yes,
          .sockets = live::ExistingSockets::refresh,
          .reason = "r"};
}

TEST(ServiceTargets, AskForWhatIsWanted) {
  Fake fake(200, "{}");
  ServiceTargets targets(fake.service());
  const std::vector keys{sysctl::SysctlKey::parse("a.b").value(),
                         sysctl::SysctlKey::parse("net/ipv4/conf/x.1/y").value()};
  EXPECT_FALSE(targets.values("shop/web", {.keys = keys}));
  EXPECT_EQ(fake.line(), "GET /v1/targets/shop%2Fweb/sysctls?key=a.b&key=net.ipv4.conf.x%2F1.y");
  EXPECT_FALSE(targets.values("w", {.keys = {}, .which = live::Which::all}));
  EXPECT_EQ(fake.line(), "GET /v1/targets/w/sysctls?all=true");
  EXPECT_FALSE(targets.history("w", {}));
  EXPECT_EQ(fake.line(), "GET /v1/targets/w/history");
  EXPECT_FALSE(targets.drift(""));
  EXPECT_EQ(fake.line(), "GET /v1/drift");
  EXPECT_FALSE(targets.drift("w"));
  EXPECT_EQ(fake.line(), "GET /v1/drift?target=w");
  EXPECT_FALSE(targets.repair("", "why"));
  EXPECT_EQ(fake.line(), "POST /v1/drift/repair");
  EXPECT_EQ(fake.body(), R"({"target":"","reason":"why"})");
  EXPECT_FALSE(targets.set("w", wish()));
  EXPECT_EQ(fake.line(), "POST /v1/targets/w/sysctls");
  EXPECT_EQ(fake.body(),
            R"({"sysctls":[{"name":"a.b","value":"1 2"}],"allowedUnsafeSysctls":["net.*"],)"
            R"("kubernetesVersion":"1.30","force":true,"liveSockets":true,"reason":"r",)"
            R"("dryRun":false})");
  EXPECT_FALSE(targets.plan_undo("w", {}));
  EXPECT_EQ(fake.line(), "POST /v1/targets/w/sysctls/undo");
  EXPECT_EQ(fake.body(), R"({"force":false,"liveSockets":false,"reason":"","dryRun":true})");
}

TEST(ServiceTargets, ARefusalHasItsVerdicts) {
  Fake fake(403, R"({"error":"m","code":"denied_by_policy","verdicts":[{"name":"a.b",)"
                 R"("reason":"SysctlForbidden","message":"m","hint":"h"}]})");
  const auto changed = ServiceTargets(fake.service()).set("w", wish());
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().error.code, Code::denied_by_policy);
  ASSERT_EQ(changed.error().offenders.size(), 1U);
  EXPECT_EQ(to_text(changed.error().offenders[0]), "SysctlForbidden: m\nhint: h");
}

TEST(ServiceTargets, AChangeThatFailedIsReadInFull) {
  Fake fake(422,
            R"({"target":"w","pod":null,"sysctls":[{"name":"a.b","requested":"1",)"
            R"("previous":"0","effective":"0","state":"refused"}],"sockets":[],"error":"no"})");
  const auto changed = ServiceTargets(fake.service()).set("w", wish());
  ASSERT_TRUE(changed) << changed.error().error.message;
  EXPECT_EQ(changed->change.application.settings.size(), 1U);
  EXPECT_EQ(changed->change.application.failure->message, "no");
  Fake refused(422, R"({"error":"not here","code":"unsupported"})");
  const auto other = ServiceTargets(refused.service()).set("w", wish());
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().error.message, "not here");
}

// Pods by name and uid, and who was asked.
class FixedPlace final : public api::Records {
 public:
  explicit FixedPlace(std::vector<store::PodRecord> pods) : pods_(std::move(pods)) {}
  Result<std::vector<api::ListedPod>> pods(api::Ended /*ended*/) override {
    std::vector<api::ListedPod> listed;
    for (const store::PodRecord& pod : pods_) {
      listed.push_back({pod, {}});
    }
    return listed;
  }
  Result<api::InspectedPod> pod(const std::string& reference) override {
    for (const store::PodRecord& pod : pods_) {
      if (pod.name == reference) {
        return api::InspectedPod{pod, {}, {}};
      }
    }
    return Error::of(Code::not_found, "no pod {}", reference);
  }
  Result<std::vector<store::EventRecord>> events(const api::EventWish& /*wish*/) override {
    std::vector<store::EventRecord> events;
    for (const store::PodRecord& pod : pods_) {
      events.push_back({.reason = pod.uid, .last_seen = pod.created});
    }
    return events;
  }
  Result<api::EventStreams> follow(const api::EventWish& /*wish*/) override {
    return api::EventStreams();
  }

 private:
  std::vector<store::PodRecord> pods_;
};

store::PodRecord pod(std::string name, std::string uid, std::string sandbox, int created) {
  return {.uid = std::move(uid),
          .name = std::move(name),
          .sandbox_id = std::move(sandbox),
          .created = Timestamp(std::chrono::seconds(created))};
}

std::vector<std::string> uids_of(const std::vector<api::ListedPod>& pods) {
  std::vector<std::string> uids;
  for (const api::ListedPod& listed : pods) {
    uids.push_back(listed.pod.uid);
  }
  return uids;
}

TEST(JoinedRecords, APodOfBothIsOneAndAgeOrders) {
  FixedPlace first({pod("a", "1", "s1", 10), pod("b", "2", "s2", 30)});
  FixedPlace second({pod("a", "1", "x", 10), pod("bb", "9", "s2", 30), pod("c", "3", "s3", 20)});
  JoinedRecords joined(first, second);
  EXPECT_THAT(uids_of(joined.pods(api::Ended::shown).value()), ElementsAre("1", "3", "2"));
  EXPECT_EQ(joined.pod("b").value().pod.uid, "2");
  EXPECT_EQ(joined.pod("c").value().pod.uid, "3");
  EXPECT_EQ(joined.pod("d").error().message, "no pod d");
  std::vector<std::string> reasons;
  const auto events = joined.events({});
  ASSERT_TRUE(events);
  for (const store::EventRecord& event : *events) {
    reasons.push_back(event.reason);
  }
  EXPECT_THAT(reasons, ElementsAre("1", "1", "3", "2", "9"));
}

TEST(JoinedTargets, ANameLeadsToThePlaceThatHasIt) {
  FixedPlace first({pod("a", "1", "s1", 10)});
  FixedPlace second({pod("a", "7", "s7", 10), pod("c", "3", "s3", 20)});
  Fake one(404, R"({"error":"one","code":"not_found"})");
  Fake two(404, R"({"error":"two","code":"not_found"})");
  ServiceTargets first_targets(one.service());
  ServiceTargets second_targets(two.service());
  JoinedTargets joined({{first, first_targets}, {second, second_targets}});
  EXPECT_EQ(joined.values("a", {}).error().message, "one");
  EXPECT_EQ(joined.values("c", {}).error().message, "two");
  EXPECT_EQ(joined.values("d", {}).error().message, "one");
}

}  // namespace
}  // namespace podsysctl::client
