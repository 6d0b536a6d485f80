// SPDX-License-Identifier: Apache-2.0
#include "sysctl/key.h"

#include <rapidcheck.h>

#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"

namespace podsysctl::sysctl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// What a name means, told without swapping characters: the components of the file's path.
std::optional<std::vector<std::string>> model_components(const std::string& spelling) {
  const std::size_t first = spelling.find_first_of("./");
  const char separator = first == std::string::npos ? '.' : spelling[first];
  std::vector<std::string> components(1);
  for (const char c : spelling) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7f) {
      return std::nullopt;
    }
    if (c == separator) {
      components.emplace_back();
    } else {
      components.back() += c == '/' ? '.' : c;
    }
  }
  for (const std::string& component : components) {
    if (component.empty() || component == "." || component == ".." || component.size() > 255) {
      return std::nullopt;
    }
  }
  return spelling.size() > 512 ? std::nullopt : std::optional(components);
}

std::string model_name(const std::vector<std::string>& components) {
  std::string name;
  for (const std::string& component : components) {
    name += name.empty() ? "" : ".";
    for (const char c : component) {
      name += c == '.' ? '/' : c;
    }
  }
  return name;
}

TEST(SysctlKey, AgreesWithTheModel) {
  EXPECT_TRUE(rc::check("parse", [] {
    const auto alphabet = rc::gen::weightedElement<char>({{8, 'a'},
                                                          {8, 'Z'},
                                                          {4, '9'},
                                                          {6, '.'},
                                                          {6, '/'},
                                                          {2, '-'},
                                                          {2, '_'},
                                                          {1, ' '},
                                                          {1, '\n'},
                                                          {1, '\0'},
                                                          {1, '\x7f'},
                                                          {1, '@'},
                                                          {1, '\xc3'}});
    const auto spelling = *rc::gen::container<std::string>(alphabet);
    const auto expected = model_components(spelling);
    const auto key = SysctlKey::parse(spelling);
    RC_ASSERT(key.has_value() == expected.has_value());
    if (!key) {
      RC_ASSERT(key.error().code == Code::invalid_argument);
      return;
    }
    RC_ASSERT(key->components() == *expected);
    RC_ASSERT(key->name() == model_name(*expected));
    RC_ASSERT(SysctlKey::parse(key->name()).value() == *key);
    RC_ASSERT(SysctlKey::from_path(key->path()).value() == *key);
    if (expected->size() > 1) {
      RC_ASSERT(SysctlKey::parse(key->path()).value() == *key);
    }
  }));
}

struct Spelling {
  std::string text;
  std::string name;
  std::string path;
};

class LegalSpelling : public ::testing::TestWithParam<Spelling> {};

TEST_P(LegalSpelling, MeansOneFile) {
  const auto key = SysctlKey::parse(GetParam().text);
  ASSERT_TRUE(key.has_value()) << key.error().message;
  EXPECT_EQ(key->name(), GetParam().name);
  EXPECT_EQ(key->path(), GetParam().path);
}

INSTANTIATE_TEST_SUITE_P(
    Keys, LegalSpelling,
    ::testing::Values(
        Spelling{"kernel.sem", "kernel.sem", "kernel/sem"},
        Spelling{"kernel/sem", "kernel.sem", "kernel/sem"},
        Spelling{"net.core/somaxconn", "net.core/somaxconn", "net/core.somaxconn"},
        Spelling{"net/ipv4/conf/eth0.100/forwarding", "net.ipv4.conf.eth0/100.forwarding",
                 "net/ipv4/conf/eth0.100/forwarding"},
        Spelling{"net.ipv4.conf.eth0/100.forwarding", "net.ipv4.conf.eth0/100.forwarding",
                 "net/ipv4/conf/eth0.100/forwarding"},
        Spelling{"net.ipv4.conf.eth0@if5.rp_filter", "net.ipv4.conf.eth0@if5.rp_filter",
                 "net/ipv4/conf/eth0@if5/rp_filter"},
        Spelling{"net/ipv4/conf/.hidden/rp_filter", "net.ipv4.conf./hidden.rp_filter",
                 "net/ipv4/conf/.hidden/rp_filter"},
        Spelling{"alone", "alone", "alone"}));

struct Refusal {
  std::string text;
  std::string rule;
};

class IllegalSpelling : public ::testing::TestWithParam<Refusal> {};

TEST_P(IllegalSpelling, IsRefusedWithItsRule) {
  const auto key = SysctlKey::parse(GetParam().text);
  ASSERT_FALSE(key.has_value()) << key->path();
  EXPECT_EQ(key.error().code, Code::invalid_argument);
  EXPECT_THAT(key.error().message, HasSubstr("invalid sysctl name " + in_quotes(GetParam().text)));
  EXPECT_THAT(key.error().message, HasSubstr(GetParam().rule));
}

constexpr std::string_view kSeparators = "must not start or end with a separator or hold two";
constexpr std::string_view kDots = R"("." and ".." are not allowed)";
constexpr std::string_view kCharacters = "blanks, control characters and NUL are not allowed";

INSTANTIATE_TEST_SUITE_P(
    Keys, IllegalSpelling,
    ::testing::Values(
        Refusal{"", "it is empty"}, Refusal{".", std::string(kSeparators)},
        Refusal{"/", std::string(kSeparators)}, Refusal{".net.x", std::string(kSeparators)},
        Refusal{"/net/x", std::string(kSeparators)}, Refusal{"/net.x", std::string(kSeparators)},
        Refusal{"net.x.", std::string(kSeparators)}, Refusal{"net/x/", std::string(kSeparators)},
        Refusal{"net..x", std::string(kSeparators)}, Refusal{"net//x", std::string(kSeparators)},
        Refusal{"net/../kernel/core_pattern", std::string(kDots)},
        Refusal{"net/./x", std::string(kDots)},
        Refusal{"net.//.kernel.core_pattern", std::string(kDots)},
        Refusal{"net.ipv4.conf.eth0/../../x", std::string(kSeparators)},
        Refusal{"net/ipv4/conf/../../../kernel/core_pattern", std::string(kDots)},
        Refusal{"net.x\n", std::string(kCharacters)}, Refusal{"net. x", std::string(kCharacters)},
        Refusal{std::string("net.x\0y", 7), std::string(kCharacters)},
        Refusal{"net.x\x7f", std::string(kCharacters)},
        Refusal{"net." + std::string(256, 'a'), "at most 255 bytes"},
        Refusal{"net." + std::string(255, 'a') + "." + std::string(253, 'b'),
                "at most 512 bytes"}));

TEST(SysctlKey, TakesTheLongestNames) {
  const std::string longest = "net." + std::string(255, 'a') + "." + std::string(252, 'b');
  ASSERT_EQ(longest.size(), SysctlKey::kMaxLength);
  EXPECT_TRUE(SysctlKey::parse(longest).has_value());
}

TEST(SysctlKey, ComponentsAreThoseOfThePath) {
  EXPECT_THAT(SysctlKey::parse("net.ipv4.conf.eth0/100.forwarding")->components(),
              ElementsAre("net", "ipv4", "conf", "eth0.100", "forwarding"));
}

TEST(SysctlKey, FromPathTakesNoDotInTheFirstComponent) {
  const auto key = SysctlKey::from_path("a.b/c");
  ASSERT_FALSE(key.has_value());
  EXPECT_EQ(key.error().code, Code::invalid_argument);
  EXPECT_THAT(key.error().message, HasSubstr("the first part of a name has no dot"));
}

TEST(SysctlKey, TwoSpellingsOfOneFileAreEqual) {
  EXPECT_EQ(SysctlKey::parse("kernel.sem").value(), SysctlKey::parse("kernel/sem").value());
  EXPECT_EQ(std::hash<SysctlKey>{}(SysctlKey::parse("kernel.sem").value()),
            std::hash<SysctlKey>{}(SysctlKey::parse("kernel/sem").value()));
}

}  // namespace
}  // namespace podsysctl::sysctl
