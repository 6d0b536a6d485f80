// SPDX-License-Identifier: Apache-2.0
#include "nri/server.h"

#include <map>
#include <string>

#include <gmock/gmock.h>

#include "base/big_endian.h"

namespace podsysctl::nri {
namespace {

using testing::HasSubstr;

Response echo(const Request& request) {
  if (request.method == "Fail") {
    return {.status = {StatusCode::permission_denied, "not for you"}};
  }
  if (request.method == "Large") {
    return {.payload = std::string(kMaxFrameData, 'x')};
  }
  return {.payload = request.payload};
}

std::string request(std::uint32_t call, std::string method, std::string payload = "") {
  std::string bytes;
  append_frame(bytes, call, Frame::Type::request,
               encode(Request{.service = "s",
                              .method = std::move(method),
                              .payload = std::move(payload),
                              .metadata = {{"traceparent", "00-1"}}}));
  return bytes;
}

// The frames that came back, by call.
std::map<std::uint32_t, Frame> feed(Server& server, std::string_view bytes) {
  FrameReader reader;
  std::map<std::uint32_t, Frame> frames;
  server.feed(bytes, [&](std::string_view reply) {
    reader.feed(reply);
    while (std::optional<Frame> frame = reader.next()) {
      frames.emplace(frame->call, *frame);
    }
  });
  return frames;
}

Status status_in(const Frame& frame) {
  const auto response = decode_response(frame.data);
  return response ? response->status : Status{StatusCode::internal, response.error().message};
}

TEST(Server, AnswersRequestsThatCameTogether) {
  Server server(echo);
  const auto frames = feed(server, request(1, "Echo", "a") + request(3, "Fail") +
                                       request(7, "Echo", "c") + request(9, "Echo", "d"));
  ASSERT_EQ(frames.size(), 4U);
  EXPECT_EQ(decode_response(frames.at(1).data)->payload, "a");
  EXPECT_EQ(status_in(frames.at(3)).code, StatusCode::permission_denied);
  EXPECT_EQ(status_in(frames.at(3)).message, "not for you");
  EXPECT_EQ(decode_response(frames.at(7).data)->payload, "c");
  EXPECT_EQ(decode_response(frames.at(9).data)->payload, "d");
  for (const auto& [call, frame] : frames) {
    EXPECT_EQ(frame.type, Frame::Type::response);
    EXPECT_EQ(frame.flags, 0);
  }
}

TEST(Server, AnswersAnEmptyMessageWithNoBytesAtAll) {
  Server server(echo);
  const auto frames = feed(server, request(1, "Echo"));
  ASSERT_TRUE(frames.contains(1));
  EXPECT_EQ(frames.at(1).length, 0U);
}

struct RefusedRow {
  const char* name;
  std::string bytes;
  std::uint32_t call;
  StatusCode code;
  const char* message;
};

std::string frame_of(std::uint32_t call, Frame::Type type, std::string_view data,
                     char flags = '\0') {
  std::string bytes;
  append_frame(bytes, call, type, data);
  bytes[9] = flags;
  return bytes;
}

TEST(Server, RefusesOneRequestAndGoesOn) {
  for (const RefusedRow& row :
       {RefusedRow{"even", request(2, "Echo"), 2, StatusCode::invalid_argument,
                   "call 2: a client's numbers are odd"},
        RefusedRow{"again", request(1, "Echo") + request(5, "Echo") + request(3, "Echo"), 3,
                   StatusCode::invalid_argument, "call 3 does not follow call 5"},
        RefusedRow{"data", frame_of(3, Frame::Type::data, "x"), 3, StatusCode::invalid_argument,
                   "call 3 takes no stream of data"},
        RefusedRow{"stream", frame_of(3, Frame::Type::request, "", '\2'), 3,
                   StatusCode::unimplemented, "streams of requests are not served"},
        RefusedRow{"garbage", frame_of(3, Frame::Type::request, "\xff\xff"), 3,
                   StatusCode::invalid_argument, "2 bytes are no ttrpc request"},
        RefusedRow{"too long",
                   frame_of(3, Frame::Type::request, std::string(kMaxFrameData + 1, 'x')), 3,
                   StatusCode::resource_exhausted, "a message of 4194305 bytes is longer than"},
        RefusedRow{"long answer", request(3, "Large"), 3, StatusCode::resource_exhausted,
                   "a response of 4194309 bytes is longer than"}}) {
    Server server(echo);
    const auto frames = feed(server, row.bytes + request(101, "Echo", "still there"));
    ASSERT_TRUE(frames.contains(row.call)) << row.name;
    EXPECT_EQ(status_in(frames.at(row.call)).code, row.code) << row.name;
    EXPECT_THAT(status_in(frames.at(row.call)).message, HasSubstr(row.message)) << row.name;
    ASSERT_TRUE(frames.contains(101)) << row.name;
    EXPECT_EQ(decode_response(frames.at(101).data)->payload, "still there") << row.name;
  }
}

TEST(Server, SendsNoTextThatARuntimeCannotRead) {
  Server server(
      [](const Request&) { return Response{.status = {StatusCode::internal, "cut amid \xC3"}}; });
  const auto frames = feed(server, request(1, "Echo"));
  ASSERT_TRUE(frames.contains(1));
  EXPECT_EQ(status_in(frames.at(1)).message, "cut amid \xEF\xBF\xBD");
}

TEST(Server, IgnoresResponsesAndTypesOfTheFuture) {
  Server server(echo);
  EXPECT_TRUE(
      feed(server, frame_of(1, Frame::Type::response, "x") + frame_of(1, Frame::Type{9}, "x"))
          .empty());
}

TEST(Status, NeverAsksForAnotherMethodOrTheEndOfTheConnection) {
  for (int code = 0; code <= static_cast<int>(Code::internal); ++code) {
    const Status status = status_of(Error{static_cast<Code>(code), 0, "why"});
    EXPECT_NE(status.code, StatusCode::ok);
    EXPECT_NE(status.code, StatusCode::unimplemented);
    EXPECT_NE(status.code, StatusCode::deadline_exceeded);
    EXPECT_EQ(status.message, "why");
  }
  EXPECT_EQ(to_string(StatusCode{99}), "Code(99)");
  EXPECT_EQ(error_of({StatusCode{99}, "x"}).message, "Code(99): x");
}

}  // namespace
}  // namespace podsysctl::nri
