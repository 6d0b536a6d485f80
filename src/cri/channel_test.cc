// SPDX-License-Identifier: Apache-2.0
#include "cri/channel.h"

#include <atomic>

#include <gtest/gtest.h>

#include "cri/grpc_frame.h"
#include "cri/testing/fake_server.h"

namespace podsysctl::cri {
namespace {

using std::chrono::milliseconds;
using testing::Answer;
using testing::FakeServer;

constexpr Method kMethod{"runtime.v1.RuntimeService", "Version"};
constexpr milliseconds kLimit{60'000};  // the largest message takes sanitizers ten seconds

TEST(Channel, CarriesOneMessageThereAndOneBack) {
  std::string seen_path;
  const FakeServer server([&](std::string_view path, std::string_view request) -> Answer {
    seen_path = path;
    return {.messages = {"you said " + std::string(request)}};
  });
  Channel channel(server.socket_path());
  for (const char* const text : {"one", "two"}) {
    const auto answer = channel.call(kMethod, text, kLimit);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(*answer, std::string("you said ") + text);
  }
  EXPECT_TRUE(channel.call(kMethod, "", std::chrono::hours(24 * 365)));
  EXPECT_EQ(seen_path, "/runtime.v1.RuntimeService/Version");
  EXPECT_EQ(server.connections(), 1);
}

TEST(Channel, CarriesLargeMessages) {
  const FakeServer server([](std::string_view /*path*/, std::string_view request) -> Answer {
    return {.messages = {std::string(request)}};
  });
  Channel channel(server.socket_path());
  const std::string large(kMessageLimit, 'x');
  const auto answer = channel.call(kMethod, large, kLimit);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_TRUE(*answer == large);
  const auto refused = channel.call(kMethod, large + "y", kLimit);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::invalid_argument);
}

struct BadRow {
  const char* name;
  Answer answer;
  Code code;
  std::string message;
};

TEST(Channel, SaysWhatWasWrongWithAnAnswer) {
  const BadRow rows[] = {
      {"status",
       {.grpc_status = 2, .grpc_message = "sysctl %22a%22: 100%25"},
       Code::internal,
       "Version: sysctl \"a\": 100% (Unknown)"},
      {"status after a message",
       {.messages = {"x"}, .grpc_status = 5, .grpc_message = "gone"},
       Code::not_found,
       "Version: gone (NotFound)"},
      {"nothing", {}, Code::internal, "Version: the container runtime answered with nothing"},
      {"no status",
       {.messages = {"x"}, .no_trailers = true},
       Code::unavailable,
       "Version: the connection to the container runtime broke: the answer ended early (HTTP/2 "
       "error 0)"},
      {"not gRPC",
       {.no_trailers = true, .http_status = "404"},
       Code::unavailable,
       "Version: HTTP status \"404\": this is no container runtime"},
      {"compressed",
       {.raw = std::string("\1\0\0\0\1x", 6)},
       Code::unsupported,
       "Version: the runtime answered with a compressed message"},
      {"too long",
       {.raw = std::string("\0\1\0\0\1", 5)},
       Code::denied_by_policy,
       "Version: the runtime's answer has 16777217 bytes, more than the limit of 16777216"},
      {"hung up",
       {.hang_up = true},
       Code::unavailable,
       "Version: the connection to the container runtime broke: it was closed"},
  };
  for (const BadRow& row : rows) {
    std::atomic<bool> bad = true;  // a server that hangs up tells nothing that orders the threads
    const FakeServer server([&](std::string_view, std::string_view) {
      return bad ? row.answer : Answer{.messages = {"fine"}};
    });
    Channel channel(server.socket_path());
    const auto failed = channel.call(kMethod, "", kLimit);
    ASSERT_FALSE(failed) << row.name;
    EXPECT_EQ(failed.error().code, row.code) << row.name;
    EXPECT_EQ(failed.error().message, row.message) << row.name;
    bad = false;
    const auto fine = channel.call(kMethod, "", kLimit);
    ASSERT_TRUE(fine) << row.name << ": " << fine.error().message;
    EXPECT_EQ(*fine, "fine") << row.name;
  }
}

TEST(Channel, DoesNotWaitForEver) {
  const FakeServer server([](std::string_view, std::string_view) -> Answer {
    return {.messages = {"late"}, .delay = milliseconds(300)};
  });
  Channel channel(server.socket_path());
  const auto failed = channel.call(kMethod, "", milliseconds(20));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Code::timeout);
  EXPECT_EQ(failed.error().message, "Version: the container runtime did not answer within 20 ms");
  // The late answer belongs to nobody; the next call has its own.
  const auto next = channel.call(kMethod, "", kLimit);
  ASSERT_TRUE(next) << next.error().message;
  EXPECT_EQ(*next, "late");
}

TEST(Channel, WaitsForARuntimeThatIsStarting) {
  int calls = 0;
  int status = 14;
  const FakeServer server([&](std::string_view, std::string_view) -> Answer {
    if (++calls < 3) {
      return {.grpc_status = status, .grpc_message = "server is not initialized yet: unavailable"};
    }
    return {.messages = {"up"}};
  });
  Channel channel(server.socket_path());
  const auto answer = channel.call(kMethod, "", kLimit);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(*answer, "up");
  EXPECT_EQ(calls, 3);
  status = 2;
  calls = -1000;
  const auto late = channel.call(kMethod, "", milliseconds(120));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().message, "Version: server is not initialized yet: unavailable (Unknown)");
}

TEST(Channel, StreamsUntilItIsToldToStop) {
  const FakeServer server(
      [](std::string_view, std::string_view) -> Answer { return {.messages = {"a", "b", "c"}}; });
  Channel channel(server.socket_path());
  std::string seen;
  const auto until_b = [&](std::string_view message) -> Result<Channel::Next> {
    seen += message;
    return message == "b" ? Channel::Next::stop : Channel::Next::go_on;
  };
  ASSERT_TRUE(channel.stream(kMethod, "", {}, until_b));
  EXPECT_EQ(seen, "ab");
}

TEST(Channel, NamesTheSocketThatIsNotThere) {
  Channel channel("/tmp/no-such-folder/cri.sock");
  const auto failed = channel.call(kMethod, "", kLimit);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Code::unavailable);
  EXPECT_EQ(failed.error().message,
            "container runtime at unix:///tmp/no-such-folder/cri.sock: No such file or directory; "
            "is it running, and is this its socket? --cri-endpoint names another");
  Channel too_long("/" + std::string(200, 'x'));
  const auto refused = too_long.call(kMethod, "", kLimit);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::invalid_argument);
}

}  // namespace
}  // namespace podsysctl::cri
