// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <utility>

#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/result.h"
#include "base/strings.h"

namespace podsysctl {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) {
    return Error::of(Code::invalid_argument, "{} is odd", number);
  }
  return number / 2;
}

Result<int> quarter(int number) {
  PSYS_TRY_ASSIGN(const int once, half(number));
  PSYS_TRY_ASSIGN(const int twice, half(once));
  return twice;
}

TEST(Clock, ReadsEveryRfc3339Time) {
  const std::pair<const char*, const char*> times[] = {
      {"2026-11-23T22:30:01Z", "2026-11-23T22:30:01.000000000Z"},
      {"2026-11-23t22:30:01.5z", "2026-11-23T22:30:01.500000000Z"},
      {"2026-11-23T22:30:01.123456789+02:00", "2026-11-23T20:30:01.123456000Z"},
      {"2024-02-29T00:00:00-01:30", "2024-02-29T01:30:00.000000000Z"},
      {"2016-12-31T23:59:60Z", "2016-12-31T23:59:59.000000000Z"}};
  for (const auto& [text, utc] : times) {
    const auto time = parse_rfc3339(text);
    ASSERT_TRUE(time) << text;
    EXPECT_EQ(to_rfc3339_nano(*time), utc) << text;
  }
  for (const char* const text :
       {"", "yesterday", "2026-11-23", "2026-11-23T22:30Z", "2026-11-23T22:30:01",
        "2026-11-23T22:30:01.Z", "2026-11-23T24:00:00Z", "2026-02-29T00:00:00Z",
        "2026-11-23T22:30:01+2:00", "2026-11-23T22:30:01Zz", "2026-11-23 22:30:01Z",
        "+026-11-23T22:30:01Z", "2026-11-23T22:30:01+24:00"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

TEST(Result, TryAssignBindsOrReturns) {
  EXPECT_EQ(quarter(8).value(), 2);
  const Result<int> odd = quarter(6);
  ASSERT_FALSE(odd);
  EXPECT_EQ(odd.error().code, Code::invalid_argument);
  EXPECT_EQ(odd.error().message, "3 is odd");
}

TEST(Error, FromErrnoKeepsNumberTextAndCode) {
  const Result<> failed = Error::from_errno(ENOENT, "open {:?}", "/x");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Code::not_found);
  EXPECT_EQ(failed.error().sys_errno, ENOENT);
  EXPECT_EQ(failed.error().message, "open \"/x\": No such file or directory");
}

TEST(Error, WithinPutsContextInFront) {
  const Result<int> failed = with_context(half(3), "pod web");
  EXPECT_EQ(failed.error().message, "pod web: 3 is odd");
}

TEST(Strings, Split) {
  EXPECT_EQ(split("a,,b", ',').size(), 3U);
  EXPECT_EQ(split("", ',').size(), 1U);
  EXPECT_EQ(split_words(" 4096\t131072  6291456\n").size(), 3U);
  EXPECT_TRUE(split_words(" \t").empty());
  EXPECT_EQ(trim(" a b \n"), "a b");
}

TEST(Strings, QuotedEscapesControlsAndCuts) {
  EXPECT_EQ(in_quotes("a\n\x1b\""), R"("a\n\x1b\"")");
  EXPECT_EQ(in_quotes("abcdef", 3), "\"abc…\"");
}

TEST(Strings, ParseNumberTakesTheWholeText) {
  EXPECT_EQ(parse_number<int>("-7"), -7);
  EXPECT_EQ(parse_number<unsigned>("-7"), std::nullopt);
  EXPECT_EQ(parse_number<int>("7 "), std::nullopt);
  EXPECT_EQ(parse_number<int>(""), std::nullopt);
  EXPECT_EQ(parse_number<int>("99999999999"), std::nullopt);
}

TEST(Strings, EditDistance) {
  EXPECT_EQ(edit_distance("somaxcon", "somaxconn"), 1U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(Clock, Rfc3339) {
  const Timestamp time{std::chrono::microseconds{1'795'472'401'000'250}};
  EXPECT_EQ(to_rfc3339(time), "2026-11-23T22:20:01Z");
  EXPECT_EQ(to_rfc3339_nano(time), "2026-11-23T22:20:01.000250000Z");
}

}  // namespace
}  // namespace podsysctl
