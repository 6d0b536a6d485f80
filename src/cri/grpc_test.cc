// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "cri/grpc_frame.h"
#include "cri/grpc_status.h"

namespace podsysctl::cri {
namespace {

using namespace std::string_literals;

TEST(GrpcFrame, HasItsLengthInFront) {
  EXPECT_EQ(frame_of("abc"), "\0\0\0\0\3abc"s);
  EXPECT_EQ(frame_of(std::string(300, 'x')).substr(0, 5), "\0\0\0\1\x2c"s);
}

TEST(GrpcFrame, IsReadFromPiecesOfAnySize) {
  const std::string bytes = frame_of("first") + frame_of("") + frame_of("third");
  for (std::size_t size = 1; size <= bytes.size(); ++size) {
    FrameReader reader;
    std::vector<std::string> messages;
    for (std::size_t i = 0; i < bytes.size(); i += size) {
      ASSERT_TRUE(reader.add(std::string_view(bytes).substr(i, size)));
      while (const auto message = reader.next()) {
        messages.push_back(*message);
      }
    }
    EXPECT_EQ(messages, (std::vector<std::string>{"first", "", "third"})) << size;
    EXPECT_FALSE(reader.has_rest());
  }
}

TEST(GrpcFrame, RefusesWhatIsCompressedOrTooLong) {
  FrameReader compressed;
  const Result<> first = compressed.add("\1\0\0\0\1x"s);
  ASSERT_FALSE(first);
  EXPECT_EQ(first.error().code, Code::unsupported);
  EXPECT_EQ(first.error().message, "the runtime answered with a compressed message");
  FrameReader huge;
  const Result<> second = huge.add("\0\1\0\0\1"s);  // 16 MiB and one byte
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::denied_by_policy);
  EXPECT_EQ(second.error().message,
            "the runtime's answer has 16777217 bytes, more than the limit of 16777216");
}

TEST(GrpcStatus, MessagesAreDecoded) {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"plain text", "plain text"},
      {"100%25 %C3%BC", "100% \xc3\xbc"},
      {"two%0Alines", "two\nlines"},
      {"cut%", "cut%"},
      {"cut%2", "cut%2"},
      {"no %zz escape", "no %zz escape"},
      {"%41", "A"},
  };
  for (const auto& [encoded, text] : rows) {
    EXPECT_EQ(decode_grpc_message(encoded), text);
  }
}

TEST(GrpcStatus, HasACodeAndAName) {
  struct Row {
    int number;
    Code code;
    std::string_view name;
  };
  const Row rows[] = {{2, Code::internal, "Unknown"},
                      {3, Code::invalid_argument, "InvalidArgument"},
                      {4, Code::timeout, "DeadlineExceeded"},
                      {5, Code::not_found, "NotFound"},
                      {7, Code::permission, "PermissionDenied"},
                      {12, Code::unsupported, "Unimplemented"},
                      {14, Code::unavailable, "Unavailable"},
                      {99, Code::internal, "code 99"},
                      {-1, Code::internal, "code -1"}};
  for (const Row& row : rows) {
    EXPECT_EQ(code_of_grpc(row.number), row.code) << row.number;
    EXPECT_EQ(grpc_code_name(row.number), row.name);
  }
  EXPECT_EQ(grpc_error("StopContainer", 5, "no\x1bsuch").message,
            "StopContainer: no\\x1bsuch (NotFound)");
}

}  // namespace
}  // namespace podsysctl::cri
