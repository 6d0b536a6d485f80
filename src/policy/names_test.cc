// SPDX-License-Identifier: Apache-2.0
#include "policy/names.h"

#include <random>
#include <regex>
#include <string>

#include <gtest/gtest.h>

#include "policy/test_support.h"

namespace podsysctl::policy {
namespace {

using sysctl::Scope;

// The four regexes, each with the matcher that stands for it and a version on its side.
struct Rule {
  std::regex regex;
  bool (*matches)(std::string_view, KubernetesVersion) noexcept;
  KubernetesVersion version;
  std::string_view label;
};

std::vector<Rule> rules() {
  return {{std::regex(std::string(name_regex(kube(24)))), is_valid_name, kube(24), "name 1.24"},
          {std::regex(std::string(name_regex(kube(25)))), is_valid_name, kube(25), "name 1.25"},
          {std::regex(std::string(pattern_regex(kube(22)))), is_valid_pattern, kube(22),
           "pattern 1.22"},
          {std::regex(std::string(pattern_regex(kube(23)))), is_valid_pattern, kube(23),
           "pattern 1.23"}};
}

constexpr std::string_view kAlphabet = "az09-_./*A @";

void expect_same(const Rule& rule, const std::string& text) {
  ASSERT_EQ(rule.matches(text, rule.version), std::regex_match(text, rule.regex))
      << rule.label << ": \"" << text << '"';
}

void expect_same_for_all_of_length(const Rule& rule, std::string& text, std::size_t left) {
  expect_same(rule, text);
  for (std::size_t i = 0; left > 0 && i < kAlphabet.size(); ++i) {
    text += kAlphabet[i];
    expect_same_for_all_of_length(rule, text, left - 1);
    text.pop_back();
  }
}

TEST(Names, MatchersEqualTheRegexesOnAllShortTexts) {
  for (const Rule& rule : rules()) {
    std::string text;
    expect_same_for_all_of_length(rule, text, 3);
  }
}

TEST(Names, MatchersEqualTheRegexesOnRandomTexts) {
  std::mt19937 random(20261123);  // fixed: a failure must come back
  for (const Rule& rule : rules()) {
    for (int i = 0; i < 4000; ++i) {
      std::string text(random() % 24, 'a');
      // Mostly legal characters, or nearly every text would fail at once.
      const std::size_t reach = random() % 3 == 0 ? kAlphabet.size() : 8;
      for (char& c : text) {
        c = random() % 3 == 0 ? kAlphabet[random() % reach] : 'b';
      }
      if (random() % 4 == 0) {
        text += '*';
      }
      expect_same(rule, text);
    }
  }
}

TEST(Names, TheRegexesAreUpstreams) {
  constexpr std::string_view kNameDots =
      R"(([a-z0-9]([-_a-z0-9]*[a-z0-9])?\.)*[a-z0-9]([-_a-z0-9]*[a-z0-9])?)";
  constexpr std::string_view kNameSlashes =
      R"(^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$)";
  constexpr std::string_view kPatternDots =
      R"(([a-z0-9]([-_a-z0-9]*[a-z0-9])?\.)*([a-z0-9][-_a-z0-9]*)?[a-z0-9*])";
  constexpr std::string_view kPatternSlashes =
      R"(([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*([a-z0-9][-_a-z0-9]*)?[a-z0-9*])";
  for (unsigned minor_number = 4; minor_number <= 37; ++minor_number) {
    const KubernetesVersion version = kube(minor_number);
    EXPECT_EQ(name_regex(version), minor_number <= 24 ? kNameDots : kNameSlashes) << minor_number;
    EXPECT_EQ(pattern_regex(version), minor_number <= 22 ? kPatternDots : kPatternSlashes)
        << minor_number;
  }
}

TEST(Names, AtMost253Bytes) {
  const std::string longest = "net." + std::string(249, 'a');
  ASSERT_EQ(longest.size(), 253U);
  for (const unsigned minor_number : {4U, 22U, 23U, 24U, 25U, 37U}) {
    EXPECT_TRUE(is_valid_name(longest, kube(minor_number)));
    EXPECT_TRUE(is_valid_pattern(longest, kube(minor_number)));
    EXPECT_FALSE(is_valid_name(longest + "a", kube(minor_number)));
    EXPECT_FALSE(is_valid_pattern(longest + "*", kube(minor_number)));
  }
}

TEST(Names, HostileTextsAreJudgedWithoutHarm) {
  EXPECT_FALSE(is_valid_name(std::string(65536, '.'), kube(37)));
  EXPECT_FALSE(is_valid_pattern(std::string(65536, 'a'), kube(37)));
  EXPECT_FALSE(is_valid_name(std::string_view("net.a\0b", 7), kube(37)));
  EXPECT_FALSE(is_valid_name("net.core.somaxconn\n", kube(37)));
  EXPECT_FALSE(is_valid_name("net.\xc3\xa4", kube(37)));
}

TEST(Names, NormalisedByTheFirstSeparatorSince123) {
  struct Case {
    std::string_view raw;
    std::string_view normalised;
  };
  for (const Case& row :
       {Case{"", ""}, Case{"kernel", "kernel"}, Case{"kernel.sem", "kernel.sem"},
        Case{"kernel/sem", "kernel.sem"}, Case{"net/ipv4/tcp_rmem", "net.ipv4.tcp_rmem"},
        Case{"net.ipv4.conf.eno2/100.rp_filter", "net.ipv4.conf.eno2/100.rp_filter"},
        Case{"net/ipv4/conf/eno2.100/rp_filter", "net.ipv4.conf.eno2/100.rp_filter"},
        Case{"net.ipv4/conf", "net.ipv4/conf"}, Case{"net/ipv4.conf", "net.ipv4/conf"},
        Case{"/net/ipv4", ".net.ipv4"}, Case{"kernel/msg*", "kernel.msg*"}}) {
    EXPECT_EQ(normalised_name(row.raw, kube(22)), row.raw);
    EXPECT_EQ(normalised_name(row.raw, kube(4)), row.raw);
    for (const unsigned minor_number : {23U, 37U}) {
      const std::string once = normalised_name(row.raw, kube(minor_number));
      EXPECT_EQ(once, row.normalised);
      if (!once.starts_with('.')) {
        EXPECT_EQ(normalised_name(once, kube(minor_number)), once) << "not idempotent";
      }
    }
  }
}

TEST(Names, NamespaceMaps) {
  struct Case {
    std::string_view name;
    std::optional<Scope> until_128;
    std::optional<Scope> since_129;
  };
  const std::optional<Scope> none;
  for (const Case& row : {Case{"kernel.sem", Scope::ipc, Scope::ipc},
                          Case{"kernel.shmall", Scope::ipc, Scope::ipc},
                          Case{"kernel.shmmax", Scope::ipc, Scope::ipc},
                          Case{"kernel.shmmni", Scope::ipc, Scope::ipc},
                          Case{"kernel.shm_rmid_forced", Scope::ipc, Scope::ipc},
                          Case{"kernel.msgmax", Scope::ipc, Scope::ipc},
                          Case{"kernel.msgmnb", Scope::ipc, Scope::ipc},
                          Case{"kernel.msgmni", Scope::ipc, Scope::ipc},
                          Case{"kernel.shm", Scope::ipc, Scope::ipc},
                          Case{"kernel.msg", Scope::ipc, Scope::ipc},
                          Case{"kernel.shm_", Scope::ipc, none},
                          Case{"kernel.shmm", Scope::ipc, none},
                          Case{"kernel.msgm", Scope::ipc, none},
                          Case{"kernel.msgnope", Scope::ipc, none},
                          Case{"kernel.sema", none, none},
                          Case{"kernel.", none, none},
                          Case{"fs.mqueue.", Scope::ipc, Scope::ipc},
                          Case{"fs.mqueue.msg_max", Scope::ipc, Scope::ipc},
                          Case{"fs.mqueue", none, none},
                          Case{"net.", Scope::net, Scope::net},
                          Case{"net.core.somaxconn", Scope::net, Scope::net},
                          Case{"net.nothing", Scope::net, Scope::net},
                          Case{"net", none, none},
                          Case{"network.x", none, none},
                          Case{"", none, none},
                          Case{"vm.swappiness", none, none},
                          Case{"kernel.domainname", none, none},
                          Case{"user.max_net_namespaces", none, none}}) {
    for (const unsigned minor_number : {4U, 28U}) {
      EXPECT_EQ(known_namespace(row.name, kube(minor_number)), row.until_128) << row.name;
    }
    for (const unsigned minor_number : {29U, 37U}) {
      EXPECT_EQ(known_namespace(row.name, kube(minor_number)), row.since_129) << row.name;
    }
  }
}

}  // namespace
}  // namespace podsysctl::policy
