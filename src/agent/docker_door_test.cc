// SPDX-License-Identifier: Apache-2.0
// The way from a daemon's bytes to the keeper; see cri_session_test.cc for what can be seen of it.
#include "agent/docker_door.h"

#include <unistd.h>

#include <gmock/gmock.h>

#include "agent/keeper_fixture.h"
#include "http/testing.h"
#include "linux/wake_up.h"

namespace podsysctl::agent {
namespace {

using http::FakeServer;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using testing::UnorderedElementsAre;

std::string event(std::string_view action, std::string_view id) {
  return fmt::format("{{\"Action\":\"{}\",\"Actor\":{{\"ID\":\"{}\"}}}}\n", action, id);
}

// Containers "a", which runs from the beginning, "b" and "c", and "removed", which is no more.
std::string answer(const std::string& request) {
  const auto asks = [&](std::string_view path) { return request.find(path) != std::string::npos; };
  if (asks(" /version ")) {
    return FakeServer::reply(200,
                             R"({"Version":"24.0.7","ApiVersion":"1.43","MinAPIVersion":"1.12"})");
  }
  if (asks("/containers/json ")) {
    return FakeServer::reply(200, R"([{"Id":"a"},{"Id":"removed"}])");
  }
  if (asks("/containers/removed/json ")) {
    return FakeServer::reply(404, R"({"message":"No such container: removed"})");
  }
  if (asks("/events?")) {
    const std::string text =
        event("start", "b") + event("start", "c") + event("start", "removed") + event("die", "c");
    return fmt::format("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{}\r\n",
                       text.size(), text);
  }
  const std::string id = asks("/containers/a/json ")   ? "a"
                         : asks("/containers/b/json ") ? "b"
                                                       : "c";
  return FakeServer::reply(
      200, fmt::format(R"({{"Id":"{0}","Name":"/web-{0}","State":{{"Running":true,"Pid":{1}}},
           "Config":{{"Labels":{{"podsysctl.io/sysctls":"net.core.somaxconn = 1024"}}}},
           "HostConfig":{{"NetworkMode":"bridge"}}}})",
                       id, ::getpid()));
}

class DockerDoorTest : public KeeperFixture {};

TEST_F(DockerDoorTest, LooksAtWhatRunsAndFollowsWhatStarts) {
  const FakeServer server(&answer);
  const auto stop = linux::WakeUp::open();
  DockerDoor door(*keeper_, clock_, log_, server.endpoint());
  std::thread thread([&] {
    const auto end = door.run(stop->fd());
    EXPECT_TRUE(end) << end.error().message;
  });
  // "c" was handled and is gone.
  while (keeper_->standing().counters().degraded < 3 || keeper_->standing().with_settings() != 2) {
    review_what_waits();
  }
  stop->ring();
  thread.join();
  EXPECT_TRUE(door.state().connected);
  EXPECT_EQ(door.state().runtime, "docker 24.0.7");
  EXPECT_THAT(recorder_.only().sandbox_ids, ElementsAre("a"));
  EXPECT_EQ(recorder_.only().runtime, "docker 24.0.7");
  EXPECT_THAT(recorder_.forgotten(), ElementsAre("c"));
  EXPECT_THAT(recorder_.pod_names(), UnorderedElementsAre("web-a", "web-b", "web-c"));
  for (std::size_t i = 0; i < recorder_.report_count(); ++i) {
    EXPECT_EQ(recorder_.report(i).pod.namespace_, "docker");
    EXPECT_THAT(recorder_.report(i).notices.at(0).message, HasSubstr("net.core.somaxconn"));
  }
  EXPECT_THAT(server.requests(), Contains(StartsWith("GET /v1.43/events?since=")));
}

TEST_F(DockerDoorTest, ComesBackToADaemonThatEnded) {
  const FakeServer server([](const std::string& request) {
    // Without a body to come: the daemon ends its events at once.
    return request.find("/events?") != std::string::npos ? FakeServer::reply(200, "")
                                                         : answer(request);
  });
  const auto stop = linux::WakeUp::open();
  DockerDoor door(*keeper_, clock_, log_, server.endpoint());
  std::thread thread([&] { EXPECT_TRUE(door.run(stop->fd())); });
  while (door.state().connections < 2) {
    std::this_thread::yield();
  }
  stop->ring();
  thread.join();
  EXPECT_THAT(log_.lines(), Contains(HasSubstr("the daemon ended its events; trying again")));
}

TEST_F(DockerDoorTest, WaitsForADaemonThatIsNotThere) {
  const auto stop = linux::WakeUp::open();
  DockerDoor door(*keeper_, clock_, log_,
                  {.path = "/nonexistent/s", .text = "unix:///nonexistent/s"});
  std::thread thread([&] { EXPECT_TRUE(door.run(stop->fd())); });
  while (door.state().last_error.empty()) {
    std::this_thread::yield();
  }
  stop->ring();
  thread.join();
  EXPECT_THAT(door.state().last_error, HasSubstr("Docker's daemon does not answer"));
}

}  // namespace
}  // namespace podsysctl::agent
