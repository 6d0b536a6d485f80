// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "base/big_endian.h"
#include "nri/frame.h"
#include "nri/mux.h"

namespace podsysctl::nri {
namespace {

using testing::ElementsAre;
using testing::Pair;

struct Streams {
  std::string plugin;
  std::string runtime;

  void take(MuxReader& reader, std::string_view bytes) {
    reader.feed(bytes, [this](StreamId stream, std::string_view part) {
      (stream == StreamId::plugin_service ? plugin : runtime) += part;
    });
  }
};

std::string mux_frame(std::uint32_t stream, std::string_view payload) {
  std::string frame;
  append_u32(frame, stream);
  append_u32(frame, static_cast<std::uint32_t>(payload.size()));
  return frame + std::string(payload);
}

// Stream and length of each frame.
std::vector<std::pair<std::uint32_t, std::uint32_t>> headers_of(std::string_view frames) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> headers;
  while (!frames.empty()) {
    headers.emplace_back(u32_at(frames, 0), u32_at(frames, 4));
    frames.remove_prefix(8 + headers.back().second);
  }
  return headers;
}

TEST(Mux, SendsNoFrameThatTheRuntimeCannotRead) {
  std::string out;
  append_mux_frames(out, StreamId::plugin_service, std::string(6144, 'x'));
  EXPECT_THAT(headers_of(out), ElementsAre(Pair(1, 4096), Pair(1, 2048)));
  out.clear();
  append_mux_frames(out, StreamId::runtime_service, std::string(4096, 'x'));
  EXPECT_THAT(headers_of(out), ElementsAre(Pair(2, 4096)));
  out.clear();
  append_mux_frames(out, StreamId::runtime_service, "");
  EXPECT_EQ(out, "");
}

TEST(Mux, ReadsFramesOfAnySizeInPiecesOfAnySize) {
  const std::string large(300'000, 'y');
  const std::string bytes = mux_frame(1, "one") + mux_frame(2, "two") + mux_frame(1, "") +
                            mux_frame(1, large) + mux_frame(2, "end");
  for (const std::size_t piece :
       {std::size_t{1}, std::size_t{7}, std::size_t{4096}, bytes.size()}) {
    MuxReader reader;
    Streams streams;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      streams.take(reader, std::string_view(bytes).substr(at, piece));
    }
    EXPECT_EQ(streams.plugin, "one" + large) << piece;
    EXPECT_EQ(streams.runtime, "twoend") << piece;
  }
}

TEST(Mux, DropsStreamsThatItDoesNotKnow) {
  MuxReader reader;
  Streams streams;
  streams.take(reader, mux_frame(0, "reserved") + mux_frame(3, "other") + mux_frame(1, "ours"));
  EXPECT_EQ(streams.plugin, "ours");
  EXPECT_EQ(streams.runtime, "");
}

TEST(Frame, IsReadAsWritten) {
  std::string bytes;
  append_frame(bytes, 7, Frame::Type::request, "abc");
  append_frame(bytes, 9, Frame::Type::response, "");
  EXPECT_EQ(bytes.substr(0, 13), std::string("\0\0\0\3\0\0\0\7\1\0abc", 13));
  for (const std::size_t piece : {std::size_t{1}, std::size_t{5}, bytes.size()}) {
    FrameReader reader;
    std::vector<Frame> frames;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      reader.feed(std::string_view(bytes).substr(at, piece));
      while (std::optional<Frame> frame = reader.next()) {
        frames.push_back(*std::move(frame));
      }
    }
    ASSERT_EQ(frames.size(), 2U) << piece;
    EXPECT_EQ(frames[0].call, 7U);
    EXPECT_EQ(frames[0].type, Frame::Type::request);
    EXPECT_EQ(frames[0].data, "abc");
    EXPECT_EQ(frames[1].call, 9U);
    EXPECT_EQ(frames[1].type, Frame::Type::response);
    EXPECT_EQ(frames[1].data, "");
  }
}

TEST(Frame, SkipsOneThatIsTooLongAndReadsTheNext) {
  const std::uint32_t length = kMaxFrameData + 1;
  std::string bytes;
  append_u32(bytes, length);
  append_u32(bytes, 5);
  bytes += '\1';
  bytes += '\0';
  bytes.append(length, 'z');
  append_frame(bytes, 7, Frame::Type::request, "next");
  for (const std::size_t piece : {std::size_t{65536}, bytes.size()}) {
    FrameReader reader;
    std::vector<Frame> frames;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      reader.feed(std::string_view(bytes).substr(at, piece));
      while (std::optional<Frame> frame = reader.next()) {
        frames.push_back(*std::move(frame));
      }
    }
    ASSERT_EQ(frames.size(), 2U);
    EXPECT_EQ(frames[0].body, Frame::Body::too_long);
    EXPECT_EQ(frames[0].call, 5U);
    EXPECT_EQ(frames[0].length, length);
    EXPECT_EQ(frames[0].data, "");
    EXPECT_EQ(frames[1].data, "next");
  }
}

TEST(Frame, TakesTheLargestThatIsAllowed) {
  std::string bytes;
  append_frame(bytes, 1, Frame::Type::request, std::string(kMaxFrameData, 'm'));
  FrameReader reader;
  reader.feed(bytes);
  const std::optional<Frame> frame = reader.next();
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->body, Frame::Body::whole);
  EXPECT_EQ(frame->data.size(), kMaxFrameData);
}

}  // namespace
}  // namespace podsysctl::nri
