// SPDX-License-Identifier: Apache-2.0
#include "base/base64.h"

#include <gtest/gtest.h>

namespace podsysctl {
namespace {

TEST(Base64, Decodes) {
  EXPECT_EQ(decode_base64(""), "");
  EXPECT_EQ(decode_base64("YQ=="), "a");
  EXPECT_EQ(decode_base64("YWI="), "ab");
  EXPECT_EQ(decode_base64("YWJj\nZGVm\n"), "abcdef");
  EXPECT_EQ(decode_base64("+/8="), "\xfb\xff");
  for (const std::string_view text :
       {"Y", "YQ", "YQ=", "Y===", "====", "YQ==YQ==", "Y Q=", "YQ=a", "YQ===", "Y-_="}) {
    EXPECT_FALSE(decode_base64(text)) << text;
  }
}

TEST(Base64, Encodes) {
  EXPECT_EQ(encode_base64("", Base64::standard), "");
  EXPECT_EQ(encode_base64("a", Base64::standard), "YQ==");
  EXPECT_EQ(encode_base64("ab", Base64::standard), "YWI=");
  EXPECT_EQ(encode_base64("abc", Base64::standard), "YWJj");
  EXPECT_EQ(encode_base64("\xfb\xff", Base64::standard), "+/8=");
  EXPECT_EQ(encode_base64("\xfb\xff", Base64::url), "-_8=");
}

}  // namespace
}  // namespace podsysctl
