// SPDX-License-Identifier: Apache-2.0
#include "pod/names.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "pod/expansion.h"
#include "pod/quantity.h"

namespace podsysctl::pod {
namespace {

TEST(Names, DnsLabelAndSubdomain) {
  const std::string longest(63, 'a');
  for (const std::string_view name : {"a", "web-1", "0", longest.c_str()}) {
    EXPECT_FALSE(check_dns_label(name)) << name;
    EXPECT_FALSE(check_dns_subdomain(name)) << name;
  }
  for (const std::string_view name : {"", "-a", "a-", "A", "a_b", "a b", "ä", "a\n"}) {
    EXPECT_TRUE(check_dns_label(name)) << name;
    EXPECT_TRUE(check_dns_subdomain(name)) << name;
  }
  EXPECT_TRUE(check_dns_label(longest + "a"));
  EXPECT_TRUE(check_dns_label("a.b"));
  EXPECT_FALSE(check_dns_subdomain("a.b-c.d"));
  EXPECT_TRUE(check_dns_subdomain("a..b"));
  EXPECT_TRUE(check_dns_subdomain(".a"));
  EXPECT_TRUE(check_dns_subdomain(std::string(254, 'a')));
  EXPECT_EQ(*check_dns_label("A"),
            "\"A\" must be 1 to 63 lower case letters, digits and '-', and start and end with a "
            "letter or digit");
}

TEST(Names, Labels) {
  for (const std::string_view key : {"a", "A_b.c-d", "kubernetes.io/hostname", "x.y/1"}) {
    EXPECT_FALSE(check_label_key(key)) << key;
  }
  for (const std::string_view key : {"", "/a", "a/", "a/b/c", "_a", "a b", "UP.io/x"}) {
    EXPECT_TRUE(check_label_key(key)) << key;
  }
  EXPECT_FALSE(check_label_value(""));
  EXPECT_FALSE(check_label_value("v1.2_3-x"));
  EXPECT_TRUE(check_label_value("-a"));
  EXPECT_TRUE(check_label_value(std::string(64, 'a')));
}

TEST(Names, Others) {
  EXPECT_FALSE(check_env_name("my var.1"));
  EXPECT_TRUE(check_env_name(""));
  EXPECT_TRUE(check_env_name("a=b"));
  EXPECT_TRUE(check_env_name("a\n"));
  EXPECT_TRUE(check_env_name("ü"));
  EXPECT_FALSE(check_config_key(".hidden"));
  EXPECT_TRUE(check_config_key(".."));
  EXPECT_TRUE(check_config_key("..x"));
  EXPECT_TRUE(check_config_key("a/b"));
  EXPECT_FALSE(check_ip("10.0.0.1"));
  EXPECT_FALSE(check_ip("::1"));
  EXPECT_EQ(*check_ip("10.0.0"), "\"10.0.0\" must be an IP address");
  EXPECT_FALSE(check_relative_path("a/..b/c"));
  EXPECT_EQ(*check_relative_path("a/../b"), "\"a/../b\" must not contain \"..\"");
  EXPECT_EQ(*check_relative_path("/a"), "\"/a\" must be a relative path");
}

TEST(Quantity, Values) {
  const struct {
    std::string_view text;
    std::int64_t value;
    std::int64_t milli;
  } cases[] = {
      {"0", 0, 0},
      {"1", 1, 1000},
      {"500m", 1, 500},
      {"1.5", 2, 1500},
      {".5", 1, 500},
      {"2.", 2, 2000},
      {"+3", 3, 3000},
      {"-1.5", -2, -1500},
      {"128Mi", 134217728, 134217728000},
      {"1.5Gi", 1610612736, 1610612736000},
      {"64k", 64000, 64000000},
      {"2M", 2000000, 2000000000},
      {"1e3", 1000, 1000000},
      {"1E-3", 1, 1},
      {"5E", 5000000000000000000, 9223372036854775807},
      {"8Ei", 9223372036854775807, 9223372036854775807},
      {"100n", 1, 1},
      {"3u", 1, 1},
      {"1e100", 9223372036854775807, 9223372036854775807},
      {"1e-100", 1, 1},
      {"0e100", 0, 0},
      {"0.000000000000000000000001", 1, 1},
      {"123456789012345678", 123456789012345678, 9223372036854775807},
  };
  for (const auto& [text, value, milli] : cases) {
    const auto quantity = Quantity::parse(text);
    ASSERT_TRUE(quantity) << text;
    EXPECT_EQ(quantity->value(), value) << text;
    EXPECT_EQ(quantity->milli(), milli) << text;
  }
  EXPECT_TRUE(Quantity::parse("400m")->is_fraction());
  EXPECT_FALSE(Quantity::parse("1")->is_fraction());
  EXPECT_FALSE(Quantity::parse("0")->is_fraction());
  EXPECT_TRUE(Quantity::parse("-1m")->is_negative());
  EXPECT_FALSE(Quantity::parse("-0")->is_negative());
}

TEST(Quantity, Refusals) {
  for (const std::string_view text :
       {"", "m", "-", ".", "1 Gi", "1gi", "1GB", "1Kib", "1.2.3", "1e", "1e1.5", "e3", "0x10",
        "1234567890123456789", "1e101", "--1", "1K"}) {
    const auto quantity = Quantity::parse(text);
    ASSERT_FALSE(quantity) << text;
    EXPECT_EQ(quantity.error().code, Code::invalid_argument);
  }
  EXPECT_EQ(Quantity::parse("1GB").error().message,
            "\"1GB\" is not a quantity; examples: 500m, 2, 128Mi, 1.5Gi, 64k, 1e3");
}

TEST(Expansion, AsKubernetes) {
  const Lookup lookup = [](std::string_view name) -> std::optional<std::string> {
    if (name == "A") {
      return "1";
    }
    if (name == "B") {
      return "$(A)";
    }
    return name.empty() ? std::optional<std::string>("empty") : std::nullopt;
  };
  const struct {
    std::string_view text;
    std::string_view expected;
  } cases[] = {
      {"", ""},
      {"$(A)", "1"},
      {"x$(A)y$(A)", "x1y1"},
      {"$(B)", "$(A)"},
      {"$$(A)", "$(A)"},
      {"$$$(A)", "$1"},
      {"$(C)", "$(C)"},
      {"$A", "$A"},
      {"$(A", "$(A"},
      {"$((A))", "$((A))"},
      {"$", "$"},
      {"a$", "a$"},
      {"$()", "empty"},
      {"$$", "$"},
      {"$x$(A)", "$x1"},
      {"$(A) $(", "1 $("},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(expand(text, lookup).value(), expected) << text;
  }
}

TEST(Expansion, StopsAtTheKernelsLimit) {
  const Lookup lookup = [](std::string_view) { return std::string(100'000, 'x'); };
  EXPECT_EQ(expand("$(A)", lookup).value().size(), 100'000U);
  EXPECT_EQ(expand("$(A)$(A)", lookup).error().message,
            "longer than the 131071 bytes that the kernel takes for one string");
  std::string open;
  for (int i = 0; i < 60'000; ++i) {
    open += "$(";
  }
  EXPECT_EQ(expand(open, lookup).value(), open);
}

}  // namespace
}  // namespace podsysctl::pod
