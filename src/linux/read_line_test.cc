// SPDX-License-Identifier: Apache-2.0
#include "linux/read_line.h"

#include <gtest/gtest.h>

#include "linux/file.h"

namespace podsysctl::linux {
namespace {

TEST(ReadLine, TakesOneLineAndNoMore) {
  auto pipe = make_pipe();
  ASSERT_TRUE(pipe) << pipe.error().message;
  ASSERT_TRUE(write_all(pipe->write_end.ref(), "first\n\nlast", "pipe"));
  EXPECT_EQ(read_line(pipe->read_end.ref(), "pipe").value(), "first");
  EXPECT_EQ(read_line(pipe->read_end.ref(), "pipe").value(), "");
  pipe->write_end.close();
  EXPECT_EQ(read_line(pipe->read_end.ref(), "pipe").value(), "last");
  EXPECT_EQ(read_line(pipe->read_end.ref(), "pipe").value(), "");
}

TEST(ReadLine, HasALimit) {
  auto pipe = make_pipe();
  ASSERT_TRUE(pipe) << pipe.error().message;
  ASSERT_TRUE(write_all(pipe->write_end.ref(), "12345\n", "pipe"));
  const auto line = read_line(pipe->read_end.ref(), "pipe", 4);
  ASSERT_FALSE(line);
  EXPECT_EQ(line.error().message, "pipe: a line is longer than 4 bytes");
}

}  // namespace
}  // namespace podsysctl::linux
