// SPDX-License-Identifier: Apache-2.0
#include "spdy/frame.h"

#include <array>
#include <vector>

#include <gmock/gmock.h>

#include "spdy/testing.h"

namespace podsysctl::spdy {
namespace {

using std::string_literals::operator""s;
using testing::HasSubstr;

struct Heard {
  std::vector<Frame> frames;  // without their data
  std::string data;
  FrameReader::Use use() {
    return [this](const Frame& frame) -> Result<> {
      data += frame.data;
      frames.push_back(frame);
      frames.back().data = {};
      return {};
    };
  }
};

TEST(OpenStream, WritesAHeaderBlockThatNeedsNoDictionary) {
  HeaderWriter writer;
  const std::array headers{Header{"streamtype", "stdin"}};
  const std::string block = "\0\0\0\1\0\0\0\x0astreamtype\0\0\0\5stdin"s;
  const std::string stored = "\0\x1b\0\xe4\xff"s + block + "\0\0\0\xff\xff"s;
  EXPECT_EQ(writer.open_stream(1, headers),
            "\x80\3\0\1\0\0\0\x31"s + "\0\0\0\1\0\0\0\0\0\0"s + "\x78\1"s + stored);
  // The zlib stream goes on: it has begun.
  EXPECT_EQ(writer.open_stream(3, headers),
            "\x80\3\0\1\0\0\0\x2f"s + "\0\0\0\3\0\0\0\0\0\0"s + stored);
}

TEST(DataFrame, CarriesItsEnd) {
  EXPECT_EQ(data_frame(5, "ab", Last::no), "\0\0\0\5\0\0\0\2ab"s);
  EXPECT_EQ(data_frame(5, "", Last::yes), "\0\0\0\5\1\0\0\0"s);
  EXPECT_EQ(ping_frame(4), "\x80\3\0\6\0\0\0\4\0\0\0\4"s);
}

TEST(Frames, ComeInPiecesOfAnySize) {
  const std::string all = control(2, 0, "\0\0\0\1zzzz"s) + data_frame(3, "hello ", Last::no) +
                          control(6, 0, "\0\0\0\2"s) + data_frame(3, "world", Last::yes) +
                          control(4, 0, "\0\0\0\0"s) + control(9, 0, "\0\0\0\3\0\1\0\0"s) +
                          data_frame(1, "", Last::yes) + control(8, 1, "\0\0\0\1zz"s) +
                          control(3, 0, "\0\0\0\1\0\0\0\5"s) + control(7, 0, "\0\0\0\3\0\0\0\0"s);
  for (std::size_t size = 1; size <= all.size(); ++size) {
    Heard heard;
    FrameReader reader;
    for (std::size_t at = 0; at < all.size(); at += size) {
      ASSERT_TRUE(reader.feed(std::string_view(all).substr(at, size), heard.use())) << size;
    }
    EXPECT_EQ(heard.data, "hello world") << size;
    std::vector<Frame::Kind> kinds;
    for (const Frame& frame : heard.frames) {
      if (kinds.empty() || kinds.back() != frame.kind || frame.kind != Frame::Kind::data) {
        kinds.push_back(frame.kind);
      }
    }
    using enum Frame::Kind;
    EXPECT_EQ(kinds, (std::vector{reply, data, ping, data, settings, settings, data, headers, reset,
                                  goodbye}))
        << size;
    EXPECT_EQ(heard.frames.front().stream, 1U);
    EXPECT_EQ(heard.frames.back().stream, 0U);
  }
}

TEST(Frames, EndOnceWithTheirLastPiece) {
  Heard heard;
  FrameReader reader;
  const std::string frame = data_frame(3, "abc", Last::yes);
  ASSERT_TRUE(reader.feed(frame.substr(0, 10), heard.use()));
  ASSERT_TRUE(reader.feed(frame.substr(10), heard.use()));
  ASSERT_EQ(heard.frames.size(), 2U);
  EXPECT_EQ(heard.frames[0].last, Last::no);
  EXPECT_EQ(heard.frames[1].last, Last::yes);
}

TEST(Frames, RefuseWhatIsNone) {
  struct Row {
    std::string text;
    Code code;
    const char* message;
  };
  for (const Row& row :
       {Row{"\x80\2\0\1\0\0\0\4\0\0\0\1"s, Code::invalid_argument, "is no SPDY/3.1"},
        Row{control(5, 0, "\0\0\0\1"s), Code::invalid_argument, "a frame of type 5"},
        Row{control(1, 0, "\0\0\0\1"s), Code::invalid_argument, "a frame of type 1"},
        Row{control(3, 0, "\0\0\0\1"s), Code::invalid_argument, "of 4 bytes is too short"},
        Row{control(6, 0, ""), Code::invalid_argument, "of 0 bytes is too short"},
        Row{"\x80\3\0\2\0\1\0\1"s, Code::denied_by_policy, "a control frame of 65537 bytes"}}) {
    FrameReader reader;
    Heard heard;
    const auto fed = reader.feed(row.text, heard.use());
    ASSERT_FALSE(fed) << row.message;
    EXPECT_EQ(fed.error().code, row.code) << row.message;
    EXPECT_THAT(fed.error().message, HasSubstr(row.message));
  }
}

}  // namespace
}  // namespace podsysctl::spdy
