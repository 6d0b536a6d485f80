// SPDX-License-Identifier: Apache-2.0
#include "docker/frames.h"

#include <gmock/gmock.h>

namespace podsysctl::docker {
namespace {

std::string frame(char stream, const std::string& text) {
  std::string header(8, '\0');
  header[0] = stream;
  header[6] = static_cast<char>(text.size() >> 8U);
  header[7] = static_cast<char>(text.size() & 0xffU);
  return header + text;
}

struct Heard {
  std::string out;
  std::string err;
  FrameReader::Use use() {
    return [this](Channel channel, std::string_view text) -> Result<> {
      (channel == Channel::out ? out : err) += text;
      return {};
    };
  }
};

TEST(Frames, ComeInPiecesOfAnySize) {
  const std::string all = frame(1, "hello ") + frame(2, std::string(300, 'e')) + frame(1, "") +
                          frame(0, "world") + frame(3, "!");
  for (std::size_t size = 1; size <= all.size(); ++size) {
    Heard heard;
    FrameReader reader;
    for (std::size_t at = 0; at < all.size(); at += size) {
      ASSERT_TRUE(reader.feed(std::string_view(all).substr(at, size), heard.use()));
    }
    EXPECT_EQ(heard.out, "hello world") << size;
    EXPECT_EQ(heard.err, std::string(300, 'e') + "!") << size;
    EXPECT_FALSE(reader.is_inside()) << size;
  }
}

TEST(Frames, RefuseWhatIsNone) {
  for (const std::string& text :
       {std::string("plain text"), frame(4, "x"), std::string("\1\0\1\0\0\0\0\1x", 9)}) {
    FrameReader reader;
    Heard heard;
    const auto fed = reader.feed(text, heard.use());
    ASSERT_FALSE(fed);
    EXPECT_EQ(fed.error().code, Code::invalid_argument);
    EXPECT_THAT(fed.error().message, testing::HasSubstr("in no form that is known"));
  }
}

TEST(Frames, KnowWhenOneIsCutShort) {
  FrameReader reader;
  Heard heard;
  ASSERT_TRUE(reader.feed(frame(1, "hello").substr(0, 10), heard.use()));
  EXPECT_TRUE(reader.is_inside());
  EXPECT_EQ(heard.out, "he");
}

}  // namespace
}  // namespace podsysctl::docker
