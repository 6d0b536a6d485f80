// SPDX-License-Identifier: Apache-2.0
// Against a daemon that says what the test tells it to.
#include "docker/daemon.h"

#include <gmock/gmock.h>

#include "http/testing.h"
#include "linux/wake_up.h"

namespace podsysctl::docker {
namespace {

using http::FakeServer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kVersion =
    R"({"Version":"20.10.24","ApiVersion":"1.41","MinAPIVersion":"1.12"})";

// A daemon of Docker 20.10 that answers everything but /version with `answer`.
class FakeDaemon {
 public:
  explicit FakeDaemon(std::string answer)
      : server_([answer = std::move(answer)](const std::string& request) {
          return request.starts_with("GET /version") ? FakeServer::reply(200, kVersion) : answer;
        }) {}
  [[nodiscard]] Daemon open() const { return *Daemon::open(server_.endpoint()); }
  // First line of the last request.
  [[nodiscard]] std::string asked() const {
    const std::string last = server_.requests().back();
    return last.substr(0, last.find(" HTTP/"));
  }

 private:
  FakeServer server_;
};

TEST(Negotiate, SpeaksTheNewestThatBothKnow) {
  struct Row {
    Version daemon;
    const char* spoken;  // or the error
  };
  for (const Row& row :
       {Row{{"1.12", "1.24", ""}, "1.24"}, Row{{"20.10", "1.41", "1.12"}, "1.41"},
        Row{{"28.3", "1.51", "1.24"}, "1.51"}, Row{{"29", "1.52", "1.44"}, "1.51"}}) {
    const auto spoken = negotiate(row.daemon);
    ASSERT_TRUE(spoken) << spoken.error().message;
    EXPECT_EQ(*spoken, row.spoken);
  }
  for (const Row& row :
       {Row{{"1.11", "1.23", "1.12"}, "one of them is too old"},
        Row{{"40", "1.90", "1.60"}, "speaks API 1.60 to 1.90, podsysctl 1.24 to 1.51"},
        Row{{"x", "new", ""}, "\"new\""}}) {
    const auto spoken = negotiate(row.daemon);
    ASSERT_FALSE(spoken);
    EXPECT_THAT(spoken.error().message, HasSubstr(row.spoken));
  }
}

TEST(Daemon, PassesItsErrorsOnWhole) {
  struct Row {
    int status;
    Code code;
  };
  for (const Row& row :
       {Row{400, Code::invalid_argument}, Row{403, Code::permission}, Row{404, Code::not_found},
        Row{409, Code::conflict}, Row{500, Code::unavailable}}) {
    const FakeDaemon fake(FakeServer::reply(row.status, R"({"message":"sysctl \"x\": bad"})"));
    Daemon daemon = fake.open();
    const auto started = daemon.start("a/b");
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code, row.code);
    EXPECT_EQ(started.error().message, "sysctl \"x\": bad");
    EXPECT_EQ(fake.asked(), "POST /v1.41/containers/a%2Fb/start");
  }
}

TEST(Daemon, SaysWhereNobodyAnswers) {
  const auto daemon = Daemon::open({.path = "/nonexistent/s", .text = "unix:///nonexistent/s"});
  ASSERT_FALSE(daemon);
  EXPECT_EQ(daemon.error().code, Code::unavailable);
  EXPECT_THAT(daemon.error().message,
              StartsWith("Docker's daemon does not answer at unix:///nonexistent/s: "));
  EXPECT_THAT(daemon.error().message, HasSubstr("DOCKER_HOST"));
}

TEST(Daemon, TakesNothingElseForADaemon) {
  const FakeServer server([](const std::string&) { return FakeServer::reply(200, "<html>"); });
  const auto daemon = Daemon::open(server.endpoint());
  ASSERT_FALSE(daemon);
  EXPECT_EQ(daemon.error().code, Code::invalid_argument);
  EXPECT_THAT(daemon.error().message, HasSubstr("is not Docker's daemon"));
}

TEST(Daemon, AnAnswerCutShortIsAnError) {
  const FakeDaemon fake("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"Id\":\xff");
  Daemon daemon = fake.open();
  const auto inspected = daemon.inspect("a");
  ASSERT_FALSE(inspected);
  EXPECT_EQ(inspected.error().code, Code::unavailable);
}

TEST(Daemon, AnEndlessAnswerIsAnError) {
  const FakeDaemon fake(FakeServer::reply(200, std::string(std::size_t{17} << 20U, ' ')));
  Daemon daemon = fake.open();
  const auto inspected = daemon.inspect("a");
  ASSERT_FALSE(inspected);
  EXPECT_EQ(inspected.error().code, Code::invalid_argument);
  EXPECT_THAT(inspected.error().message, HasSubstr("larger than"));
}

TEST(Daemon, WhatIsGoneIsRemoved) {
  for (const auto& [status, message] : {std::pair{404, "No such container: a"},
                                        {409, "removal of container a is already in progress"}}) {
    const FakeDaemon fake(
        FakeServer::reply(status, std::string(R"({"message":")") + message + "\"}"));
    Daemon daemon = fake.open();
    EXPECT_TRUE(daemon.remove("a"));
  }
  const FakeDaemon fake(FakeServer::reply(409, R"({"message":"container a is not running"})"));
  Daemon daemon = fake.open();
  EXPECT_TRUE(daemon.kill("a", 15));
  EXPECT_EQ(fake.asked(), "POST /v1.41/containers/a/kill?signal=15");
}

TEST(Daemon, HearsThePullAndItsEnd) {
  const FakeDaemon good(FakeServer::reply(
      200, "{\"status\":\"Pulling\"}\r\n{\"status\":\"Done\",\"id\":\"d8fa\"}\r\n"));
  Daemon daemon = good.open();
  std::vector<std::string> heard;
  const auto pulled = daemon.pull("docker.io/library/nginx", "1.25", "",
                                  [&](const Progress& line) { heard.push_back(line.status); });
  ASSERT_TRUE(pulled) << pulled.error().message;
  EXPECT_THAT(heard, ElementsAre("Pulling", "Done"));
  EXPECT_EQ(good.asked(),
            "POST /v1.41/images/create?fromImage=docker.io%2Flibrary%2Fnginx&tag=1.25");

  const FakeDaemon bad(FakeServer::reply(200, R"({"error":"manifest unknown"})"));
  Daemon refusing = bad.open();
  const auto failed = refusing.pull("nginx", "x", "", [](const Progress&) {});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "manifest unknown");
}

TEST(Daemon, HearsOfContainers) {
  const FakeDaemon fake(FakeServer::reply(
      200,
      "{\"Type\":\"container\",\"Action\":\"start\",\"Actor\":{\"ID\":\"c1\",\"Attributes\":{}}}\n"
      "{\"Type\":\"container\",\"Action\":\"die\",\"Actor\":{\"ID\":\"c2\"}}\n"));
  Daemon daemon = fake.open();
  const auto stop = linux::WakeUp::open();
  std::vector<std::string> heard;
  const Timestamp since{std::chrono::microseconds(1'700'000'000'000'042)};
  const auto ended =
      daemon.follow_containers(since, stop->fd(), [&](const Event& event) -> Result<> {
        heard.push_back(event.action + " " + event.container_id);
        return {};
      });
  EXPECT_THAT(heard, ElementsAre("start c1", "die c2"));
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, Code::unavailable);
  EXPECT_THAT(ended.error().message, HasSubstr("the daemon ended its events"));
  EXPECT_THAT(fake.asked(), StartsWith("GET /v1.41/events?since=1700000000.000042000&filters=%7B"));
}

TEST(Daemon, HearsUntilItIsToldToStop) {
  // The answer's body never ends.
  const FakeDaemon fake("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  Daemon daemon = fake.open();
  const auto stop = linux::WakeUp::open();
  stop->ring();
  const auto ended = daemon.follow_containers({}, stop->fd(), [](const Event&) -> Result<> {
    return Error::of(Code::internal, "nothing was said");
  });
  EXPECT_TRUE(ended) << ended.error().message;
}

TEST(Daemon, RefusesEventsThatItCannotRead) {
  struct Row {
    const char* body;
    const char* message;
  };
  for (const Row& row : {Row{"{\"Action\":\"start\"}\n", "event: \"Actor\" is missing"},
                         Row{"{\"Actor\":{\"ID\":\"c\"}}\n", "event: \"Action\" is missing"},
                         Row{"[1]\n", "event"}, Row{"start\n", "event"}}) {
    const FakeDaemon fake(FakeServer::reply(200, row.body));
    Daemon daemon = fake.open();
    const auto stop = linux::WakeUp::open();
    const auto ended =
        daemon.follow_containers({}, stop->fd(), [](const Event&) -> Result<> { return {}; });
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().code, Code::invalid_argument) << row.body;
    EXPECT_THAT(ended.error().message, StartsWith(row.message));
  }
}

TEST(Daemon, LoadsAnArchive) {
  const FakeDaemon fake(FakeServer::reply(200, R"({"stream":"Loaded image: busybox:latest\n"})"));
  Daemon daemon = fake.open();
  bool sent = false;
  const auto loaded = daemon.load(
      [&sent](std::span<char> buffer) -> Result<std::size_t> {
        buffer[0] = 'x';
        return std::exchange(sent, true) ? 0U : 1U;
      },
      [](const Progress&) {});
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(*loaded, "busybox:latest");
}

}  // namespace
}  // namespace podsysctl::docker
