// SPDX-License-Identifier: Apache-2.0
#include "spdy/session.h"

#include <array>

#include <gmock/gmock.h>

#include "spdy/testing.h"

namespace podsysctl::spdy {
namespace {

using std::string_literals::operator""s;

Result<> ignore(const Frame& /*frame*/) { return {}; }

TEST(Session, NumbersItsStreamsAndSendsWhatIsTaken) {
  Said said{.room = 10};
  Session session(scripted(said));
  const std::array headers{Header{"streamtype", "error"}};
  EXPECT_EQ(session.open_stream(headers), 1U);
  EXPECT_EQ(session.open_stream(headers), 3U);
  session.send(3, "text");
  session.finish(3);
  ASSERT_TRUE(session.flush());
  EXPECT_TRUE(session.has_unsent());
  EXPECT_EQ(said.outgoing.size(), 10U);
  said.room = 1000;
  ASSERT_TRUE(session.flush());
  EXPECT_FALSE(session.has_unsent());
  EXPECT_TRUE(said.outgoing.ends_with("\0\0\0\3\0\0\0\4text\0\0\0\3\1\0\0\0"s));
}

TEST(Session, CutsWhatIsTooLongForAFrame) {
  Said said;
  Session session(scripted(said));
  session.send(1, std::string(kDataLimit + 1, 'x'));
  ASSERT_TRUE(session.flush());
  EXPECT_EQ(said.outgoing.substr(0, 8), "\0\0\0\1\0\xff\xff\xff"s);
  EXPECT_TRUE(said.outgoing.ends_with("\0\0\0\1\0\0\0\1x"s));
}

TEST(Session, AnswersPingsOfTheServerOnly) {
  Said said{.incoming = control(6, 0, "\0\0\0\2"s) + control(6, 0, "\0\0\0\1"s)};
  Session session(scripted(said));
  const auto more = session.receive(&ignore);
  ASSERT_TRUE(more);
  EXPECT_TRUE(*more);
  ASSERT_TRUE(session.flush());
  EXPECT_EQ(said.outgoing, ping_frame(2));
  session.ping();
  ASSERT_TRUE(session.flush());
  EXPECT_EQ(said.outgoing, ping_frame(2) + ping_frame(1));
  const auto end = session.receive(&ignore);
  ASSERT_TRUE(end);
  EXPECT_FALSE(*end);
}

}  // namespace
}  // namespace podsysctl::spdy
