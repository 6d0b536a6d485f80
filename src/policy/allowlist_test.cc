// SPDX-License-Identifier: Apache-2.0
#include "policy/allowlist.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/names.h"
#include "policy/test_support.h"

namespace podsysctl::policy {
namespace {

using sysctl::Scope;
using testing::HasSubstr;

constexpr auto kAll = Allowlist::Part::all;

TEST(Allowlist, PatternsThatEveryVersionTakes) {
  for (const unsigned minor_number : {4U, 10U, 22U, 23U, 28U, 29U, 37U}) {
    const auto list =
        try_allowlist(minor_number, {"net.*", "fs.mqueue.*", "kernel.shm*", "kernel.msg*",
                                     "kernel.sem", "kernel.sem*", "kernel.shm_rmid_forced*",
                                     "kernel.msgmax", "net.core.*", "net.ipv4.tcp_syncookies"});
    EXPECT_TRUE(list) << list.error().message;
  }
}

TEST(Allowlist, RefusesBadSpellings) {
  for (const std::string_view pattern :
       {"", " kernel.msg*", "kernel.msg* ", "net.**", "net.*.x", "Net.core", "net..core", ".net",
        "net.", "net.core.somaxconn=1", "'net.*'", "net.-x", "net._*", "net.eth0@if5", "net:*",
        "-*", "net.\n"}) {
    for (const unsigned minor_number : {4U, 22U, 23U, 29U, 37U}) {
      const auto list = try_allowlist(minor_number, {"net.*", std::string(pattern)});
      ASSERT_FALSE(list) << pattern;
      EXPECT_EQ(list.error().code, Code::invalid_argument);
      const std::string shown = pattern == "net.\n" ? "net.\\n" : std::string(pattern);
      EXPECT_EQ(first_line(list.error().message),
                fmt::format("sysctl \"{}\" must have at most 253 characters and match regex {}",
                            shown, pattern_regex(kube(minor_number))));
    }
  }
}

TEST(Allowlist, SpellingErrorsTellWhatToDo) {
  struct Case {
    std::string pattern;
    std::string_view hint;
  };
  for (const Case& row :
       {Case{"", "hint: an entry is empty: remove the comma too many"},
        Case{" net.*", "hint: remove the blanks: entries are separated by ',' alone"},
        Case{"'net.*'", "hint: remove the quotes: no shell takes them off here"},
        Case{"net.*.x", "hint: '*' stands at the end only, as in 'net.*'"},
        Case{"net.core.somaxconn=1", "hint: list names without values"},
        Case{"net." + std::string(300, 'a'), "hint: shorten it, or end it earlier with '*'"},
        Case{"Net.*",
             "hint: write a name, or the beginning of one and '*', as in "
             "'net.core.somaxconn' or 'net.*'"}}) {
    const auto list = try_allowlist(37, {row.pattern});
    ASSERT_FALSE(list) << row.pattern;
    EXPECT_THAT(list.error().message, testing::EndsWith(std::string(row.hint)));
  }
}

TEST(Allowlist, SlashesSince123) {
  const auto old = try_allowlist(22, {"kernel/msg*"});
  ASSERT_FALSE(old);
  EXPECT_EQ(first_line(old.error().message),
            "sysctl \"kernel/msg*\" must have at most 253 characters and match regex "
            R"(([a-z0-9]([-_a-z0-9]*[a-z0-9])?\.)*([a-z0-9][-_a-z0-9]*)?[a-z0-9*])");
  const Allowlist list = allowlist(23, {"kernel/msg*", "net/ipv4/conf/eno2.100/rp_filter"});
  EXPECT_EQ(list.find("kernel.msgmax", kAll)->pattern, "kernel.msg*");
  EXPECT_TRUE(list.find("net.ipv4.conf.eno2/100.rp_filter", kAll));
}

TEST(Allowlist, RefusesWhatIsNotNamespaced) {
  struct Case {
    std::string_view pattern;
    std::string_view until_128;
    std::string_view since_129;
  };
  for (const Case& row :
       {Case{"*", "the sysctls \"*\"", "the sysctls \"\""},
        Case{"kernel.*", "the sysctls \"kernel.*\"", "the sysctls \"kernel.\""},
        Case{"net*", "the sysctls \"net*\"", "the sysctls \"net\""},
        Case{"fs.mqueue*", "the sysctls \"fs.mqueue*\"", "the sysctls \"fs.mqueue\""},
        Case{"vm.*", "the sysctls \"vm.*\"", "the sysctls \"vm.\""},
        Case{"kernel.s*", "the sysctls \"kernel.s*\"", "the sysctls \"kernel.s\""},
        Case{"vm.swappiness", "the sysctl \"vm.swappiness\"", "the sysctls \"vm.swappiness\""},
        Case{"net", "the sysctl \"net\"", "the sysctls \"net\""},
        Case{"kernel.domainname", "the sysctl \"kernel.domainname\"",
             "the sysctls \"kernel.domainname\""},
        Case{"user.max_ipc_namespaces", "the sysctl \"user.max_ipc_namespaces\"",
             "the sysctls \"user.max_ipc_namespaces\""}}) {
    for (const unsigned minor_number : {4U, 22U, 23U, 28U, 29U, 37U}) {
      const auto list = try_allowlist(minor_number, {std::string(row.pattern)});
      ASSERT_FALSE(list) << row.pattern;
      EXPECT_EQ(list.error().code, Code::not_namespaced);
      EXPECT_EQ(first_line(list.error().message),
                fmt::format("{} are not known to be namespaced",
                            minor_number <= 28 ? row.until_128 : row.since_129));
      EXPECT_THAT(list.error().message, HasSubstr("\nhint: "));
    }
  }
}

TEST(Allowlist, QuotesTheNormalisedSpellingSince123) {
  EXPECT_EQ(first_line(try_allowlist(23, {"vm/swappiness"}).error().message),
            "the sysctl \"vm.swappiness\" are not known to be namespaced");
  EXPECT_EQ(first_line(try_allowlist(28, {"kernel/sched/x*"}).error().message),
            "the sysctls \"kernel.sched.x*\" are not known to be namespaced");
  EXPECT_EQ(first_line(try_allowlist(29, {"kernel/sched/x*"}).error().message),
            "the sysctls \"kernel.sched.x\" are not known to be namespaced");
}

TEST(Allowlist, UpgradeTrapOf129) {
  struct Case {
    std::string_view pattern;
    std::string_view message;
  };
  for (const Case& row :
       {Case{"kernel.shm_*", "the sysctls \"kernel.shm_\" are not known to be namespaced"},
        Case{"kernel.shmm*", "the sysctls \"kernel.shmm\" are not known to be namespaced"},
        Case{"kernel.msgm*", "the sysctls \"kernel.msgm\" are not known to be namespaced"},
        Case{"kernel.msgnope", "the sysctls \"kernel.msgnope\" are not known to be namespaced"}}) {
    EXPECT_TRUE(try_allowlist(28, {std::string(row.pattern)}));
    const auto list = try_allowlist(29, {std::string(row.pattern)});
    ASSERT_FALSE(list) << row.pattern;
    EXPECT_EQ(list.error().message,
              std::string(row.message) +
                  "\nhint: Kubernetes took it until 1.28; since 1.29 list kernel.shm*, kernel.msg* "
                  "or whole names");
  }
}

TEST(Allowlist, TheFirstBadEntryIsReported) {
  EXPECT_EQ(first_line(try_allowlist(37, {"net.*", "vm.*", "bad name"}).error().message),
            "the sysctls \"vm.\" are not known to be namespaced");
}

TEST(Allowlist, MatchesNamesThenPlainPrefixes) {
  const Allowlist list =
      allowlist(28, {"kernel.msg*", "net.core.*", "kernel.sem*", "kernel.msgmax"});
  struct Case {
    std::string_view name;
    std::string_view pattern;  // "" where nothing matches
    Scope scope;
  };
  for (const Case& row :
       {Case{"kernel.msgnope", "kernel.msg*", Scope::ipc},
        Case{"kernel.msg", "kernel.msg*", Scope::ipc},
        Case{"kernel.msgmax", "kernel.msgmax", Scope::ipc},
        Case{"kernel.semaphore.x", "kernel.sem*", Scope::ipc},
        Case{"net.core.somaxconn", "net.core.*", Scope::net},
        Case{"net.core.", "net.core.*", Scope::net}, Case{"net.core", "", Scope::net},
        Case{"kernel.shm_rmid_forced", "kernel.shm_rmid_forced", Scope::ipc},
        Case{"kernel.shmmax", "", Scope::ipc},
        Case{"net.ipv4.tcp_syncookies", "net.ipv4.tcp_syncookies", Scope::net},
        Case{"net.ipv4.tcp_syncookies2", "", Scope::net},
        Case{"NET.core.somaxconn", "", Scope::net}, Case{"", "", Scope::net}}) {
    const auto match = list.find(row.name, kAll);
    EXPECT_EQ(match ? match->pattern : "", row.pattern) << row.name;
    if (match) {
      EXPECT_EQ(match->scope, row.scope) << row.name;
    }
  }
}

TEST(Allowlist, SafeEntriesStaySafe) {
  const Allowlist list = allowlist(37, {"net.*", "net.ipv4.tcp_syncookies"});
  EXPECT_EQ(list.find("net.ipv4.tcp_syncookies", kAll)->source, Allowlist::Source::safe_list);
  EXPECT_EQ(list.find("net.core.somaxconn", kAll)->source, Allowlist::Source::administrator);
  EXPECT_TRUE(list.find("net.ipv4.tcp_syncookies", Allowlist::Part::safe_only));
  EXPECT_FALSE(list.find("net.core.somaxconn", Allowlist::Part::safe_only));
}

TEST(Allowlist, FlagValues) {
  struct Case {
    std::string_view text;
    std::vector<std::string> patterns;
  };
  for (const Case& row :
       {Case{"", {}}, Case{"net.*", {"net.*"}},
        Case{"kernel.msg*,net.core.somaxconn", {"kernel.msg*", "net.core.somaxconn"}},
        Case{"a, b", {"a", " b"}}, Case{" a", {" a"}}, Case{"a,", {"a", ""}}, Case{",", {"", ""}},
        Case{"a,,b", {"a", "", "b"}}, Case{R"("net.*",kernel.sem)", {"net.*", "kernel.sem"}},
        Case{R"("a,b")", {"a,b"}}, Case{R"("a""b","")", {R"(a"b)", ""}},
        Case{"'net.*'", {"'net.*'"}}}) {
    const auto patterns = parse_pattern_list(row.text);
    ASSERT_TRUE(patterns) << row.text << ": " << patterns.error().message;
    EXPECT_EQ(*patterns, row.patterns) << row.text;
  }
}

TEST(Allowlist, FlagValuesThatCannotBeCut) {
  struct Case {
    std::string_view text;
    std::string_view message;
  };
  for (const Case& row :
       {Case{"\"net.*", R"(cannot read the list "\"net.*": a double quote is not closed)"},
        Case{"net.\"x\"",
             R"(cannot read the list "net.\"x\"": a double quote stands within an entry)"},
        Case{"\"a\"b",
             R"(cannot read the list "\"a\"b": a ',' must follow a closing double quote)"}}) {
    const auto patterns = parse_pattern_list(row.text);
    ASSERT_FALSE(patterns) << row.text;
    EXPECT_EQ(patterns.error().code, Code::invalid_argument);
    EXPECT_EQ(patterns.error().message, row.message);
  }
}

TEST(Allowlist, FlagName) {
  EXPECT_EQ(allowlist_flag(kube(10)), "--experimental-allowed-unsafe-sysctls");
  EXPECT_EQ(allowlist_flag(kube(11)), "--allowed-unsafe-sysctls");
}

}  // namespace
}  // namespace podsysctl::policy
