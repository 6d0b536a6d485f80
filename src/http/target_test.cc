// SPDX-License-Identifier: Apache-2.0
#include "http/target.h"

#include <gmock/gmock.h>

namespace podsysctl::http {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Target, IsTakenApart) {
  const Target target = parse_target("/v1/pods/a%2Fb?watch=true&pod=x%20y&empty").value();
  EXPECT_THAT(target.path, ElementsAre("v1", "pods", "a/b"));
  EXPECT_EQ(target.option("watch"), "true");
  EXPECT_EQ(target.option("pod"), "x y");
  EXPECT_EQ(target.option("empty"), "");
  EXPECT_EQ(target.option("absent"), "");
  EXPECT_THAT(parse_target("/?key=b&x=1&key=a").value().options("key"), ElementsAre("b", "a"));
  EXPECT_THAT(target.options("absent"), ElementsAre());
  EXPECT_THAT(parse_target("/").value().path, ElementsAre(""));
  EXPECT_THAT(parse_target("/a?").value().path, ElementsAre("a"));
}

TEST(Target, NonsenseIsRefused) {
  for (const char* text : {"", "v1", "http://x/", "/%", "/%4", "/%zz", "/%00", "/?a=%1"}) {
    const auto target = parse_target(text);
    ASSERT_FALSE(target) << text;
    EXPECT_EQ(target.error().code, Code::invalid_argument);
    EXPECT_THAT(target.error().message, HasSubstr("is no p")) << text;
  }
}

}  // namespace
}  // namespace podsysctl::http
