// SPDX-License-Identifier: Apache-2.0
#include "policy/go_quote.h"

#include <gtest/gtest.h>

namespace podsysctl::policy {
namespace {

using namespace std::string_view_literals;

TEST(GoQuote, EscapesAsGoDoes) {
  struct Case {
    std::string_view text;
    std::string_view quoted;
  };
  for (const Case& row :
       {Case{"", R"("")"}, Case{"net.core.somaxconn", R"("net.core.somaxconn")"},
        Case{"a\"b\\c'", R"("a\"b\\c'")"}, Case{"\a\b\f\n\r\t\v", R"("\a\b\f\n\r\t\v")"},
        Case{"\0\x1b\x7f"sv, R"("\x00\x1b\x7f")"}, Case{"größe", "\"größe\""},
        Case{"日本🐧", "\"日本🐧\""}, Case{"\xff\xc3", R"("\xff\xc3")"},
        Case{"\xc0\xaf", R"("\xc0\xaf")"},                  // overlong '/'
        Case{"\xed\xa0\x80", R"("\xed\xa0\x80")"},          // a surrogate
        Case{"\xf4\x90\x80\x80", R"("\xf4\x90\x80\x80")"},  // beyond U+10FFFF
        Case{"a\u0085\u00a0\u200b\u202e\u202c\ufeff", R"("a\u0085\u00a0\u200b\u202e\u202c\ufeff")"},
        Case{"\U000e0001", R"("\U000e0001")"}}) {
    EXPECT_EQ(go_quoted(row.text), row.quoted);
  }
}

TEST(GoQuote, CutsHugeTexts) {
  EXPECT_EQ(go_quoted(std::string(kMaxQuotedBytes, 'a')).size(), kMaxQuotedBytes + 2);
  EXPECT_EQ(go_quoted(std::string(65536, 'a')), "\"" + std::string(kMaxQuotedBytes, 'a') + "…\"");
}

}  // namespace
}  // namespace podsysctl::policy
