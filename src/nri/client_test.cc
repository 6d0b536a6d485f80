// SPDX-License-Identifier: Apache-2.0
#include "nri/client.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>

namespace podsysctl::nri {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

// What became of each call.
struct Outcomes {
  std::vector<std::string> texts;

  Client::Done keep(std::string name) {
    return [this, name](const Result<std::string>& payload) {
      texts.push_back(name + ": " + (payload ? *payload : payload.error().message));
    };
  }
};

Request request(std::string method) {
  return {.service = "s", .method = std::move(method), .timeout = milliseconds(100)};
}

std::string response(std::uint32_t call, const Response& response) {
  std::string bytes;
  append_frame(bytes, call, Frame::Type::response, encode(response));
  return bytes;
}

std::string success(std::uint32_t call, std::string payload) {
  Response good;
  good.payload = std::move(payload);
  return response(call, good);
}

TEST(Client, NumbersItsCallsOddAndRising) {
  Client client;
  Outcomes outcomes;
  for (const std::uint32_t expected : {1U, 3U, 5U}) {
    const auto bytes = client.begin(request("A"), Moment{}, outcomes.keep("a"));
    ASSERT_TRUE(bytes);
    FrameReader reader;
    reader.feed(*bytes);
    const auto frame = reader.next();
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->call, expected);
    EXPECT_EQ(frame->type, Frame::Type::request);
    EXPECT_EQ(frame->flags, 0);
    const auto decoded = decode_request(frame->data);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->method, "A");
    EXPECT_EQ(decoded->timeout, milliseconds(100));
  }
}

TEST(Client, TakesAnswersInAnyOrder) {
  Client client;
  Outcomes outcomes;
  for (const char* name : {"a", "b", "c"}) {
    ASSERT_TRUE(client.begin(request(name), Moment{}, outcomes.keep(name)));
  }
  Response refused;
  refused.status = {StatusCode::not_found, "no \x1bsuch"};
  const std::string bytes = success(5, "third") + response(1, refused) + success(3, "");
  for (const char byte : bytes) {
    ASSERT_TRUE(client.feed({&byte, 1}));
  }
  EXPECT_THAT(outcomes.texts,
              testing::ElementsAre("c: third", "a: a: NotFound: no \\x1bsuch", "b: "));
  EXPECT_FALSE(client.next_deadline());
}

TEST(Client, EndsACallWhoseTimeIsUpAndIgnoresItsLateAnswer) {
  Client client;
  Outcomes outcomes;
  const Moment start{};
  ASSERT_TRUE(client.begin(request("a"), start, outcomes.keep("a")));
  ASSERT_TRUE(client.begin(request("b"), start + milliseconds(50), outcomes.keep("b")));
  EXPECT_EQ(client.next_deadline(), start + milliseconds(100));
  client.expire(start + milliseconds(99));
  EXPECT_TRUE(outcomes.texts.empty());
  client.expire(start + milliseconds(100));
  EXPECT_THAT(outcomes.texts, testing::ElementsAre("a: a: no answer in time"));
  ASSERT_TRUE(client.feed(success(1, "late") + success(3, "good")));
  EXPECT_THAT(outcomes.texts, testing::ElementsAre("a: a: no answer in time", "b: good"));
}

TEST(Client, RefusesWhatIsTooLong) {
  Client client;
  Outcomes outcomes;
  Request large = request("a");
  large.payload.assign(kMaxFrameData + 1, 'x');
  const auto bytes = client.begin(large, Moment{}, outcomes.keep("a"));
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().code, Code::invalid_argument);
  EXPECT_THAT(bytes.error().message, HasSubstr("is longer than 4194304"));
  EXPECT_TRUE(outcomes.texts.empty());

  ASSERT_TRUE(client.begin(request("b"), Moment{}, outcomes.keep("b")));
  std::string answer;
  append_frame(answer, 1, Frame::Type::response, std::string(kMaxFrameData + 1, 'x'));
  ASSERT_TRUE(client.feed(answer));
  EXPECT_THAT(outcomes.texts,
              testing::ElementsAre("b: b: a response of 4194305 bytes is longer than 4194304"));
}

TEST(Client, TakesGarbageAsTheEndOfTheConnection) {
  Client client;
  Outcomes outcomes;
  ASSERT_TRUE(client.begin(request("a"), Moment{}, outcomes.keep("a")));
  std::string answer;
  append_frame(answer, 1, Frame::Type::response, "\xff\xff\xff");
  const auto fed = client.feed(answer);
  ASSERT_FALSE(fed);
  EXPECT_EQ(fed.error().code, Code::invalid_argument);
  EXPECT_THAT(fed.error().message, HasSubstr("3 bytes are no ttrpc response"));
}

TEST(Client, IgnoresWhatItDidNotAskFor) {
  Client client;
  std::string bytes = success(9, "x");
  append_frame(bytes, 1, Frame::Type::data, "x");
  append_frame(bytes, 1, Frame::Type{77}, "x");
  EXPECT_TRUE(client.feed(bytes));
}

}  // namespace
}  // namespace podsysctl::nri
