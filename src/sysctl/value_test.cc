// SPDX-License-Identifier: Apache-2.0
#include "sysctl/value.h"

#include <rapidcheck.h>

#include <cstdint>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sysctl/value_list.h"
#include "sysctl/value_number.h"

namespace podsysctl::sysctl {
namespace {

using ::testing::HasSubstr;

SysctlKey key_of(std::string_view name) { return SysctlKey::parse(name).value(); }

struct Refused {
  std::string key;
  std::string value;
  std::string rule;
};

class RefusedValue : public ::testing::TestWithParam<Refused> {};

TEST_P(RefusedValue, NamesValueKeyAndRule) {
  const auto result = check_value(key_of(GetParam().key), GetParam().value);
  ASSERT_FALSE(result.has_value()) << GetParam().key << "=" << GetParam().value;
  EXPECT_EQ(result.error().code, Code::invalid_argument);
  EXPECT_THAT(result.error().message, HasSubstr("of " + GetParam().key + ": "));
  EXPECT_THAT(result.error().message, HasSubstr(GetParam().rule));
}

// Linux 6.18 takes each of these.
INSTANTIATE_TEST_SUITE_P(
    TakenByTheKernel, RefusedValue,
    ::testing::Values(
        Refused{"net.ipv4.tcp_fin_timeout", "-5", "between 0 and"},
        Refused{"net.ipv4.tcp_max_syn_backlog", "-1", "between 1 and"},
        Refused{"net.unix.max_dgram_qlen", "-1", "between 0 and 2147483647 (datagrams)"},
        Refused{"fs.mqueue.queues_max", "-1", "between 0 and"},
        Refused{"net.core.somaxconn", "0", "between 1 and"},
        Refused{"net.ipv4.tcp_keepalive_time", "0", "between 1 and 32767 (seconds)"},
        Refused{"net.ipv4.tcp_keepalive_time", "999999", "between 1 and 32767"},
        Refused{"net.ipv4.tcp_keepalive_intvl", "40000", "between 1 and 32767"},
        Refused{"net.ipv4.tcp_syncookies", "7", "it must be 0 (off), 1 ("},
        Refused{"net.ipv4.conf.eth0.rp_filter", "9", "it must be 0 (off), 1 (strict) or 2 (loose)"},
        Refused{"net.ipv4.ip_forward", "7", "it must be 0 or 1"},
        Refused{"net.ipv4.tcp_mtu_probing", "9", "it must be 0 (off)"},
        Refused{"net.ipv4.tcp_rmem", "131072 4096 1024",
                "invalid value \"131072 4096 1024\" of net.ipv4.tcp_rmem: the three numbers must "
                "not decrease (min default max)"},
        Refused{"net.ipv4.tcp_rmem", "4096 131072",
                "it must be three numbers (min default max), not 2"},
        Refused{"net.ipv4.tcp_wmem", "4096 16384 4194304 1", "drop the rest silently"},
        Refused{"kernel.sem", "250 32000 32", "four numbers (semmsl semmns semopm semmni), not 3"},
        Refused{"kernel.sem", "-1 1 1 1", "semmsl must be between 0 and"},
        Refused{"net.ipv4.ip_local_port_range", "32768", "two numbers (low high), not 1"},
        Refused{"net.ipv4.tcp_syn_retries", "7 8", "it must be one number, not 2"},
        Refused{"net.ipv4.tcp_syn_retries", "010", "as octal: 8"},
        Refused{"net.ipv4.tcp_syn_retries", "", "it is empty"},
        Refused{"net.ipv4.ping_group_range", "100 50", "must not be above the second"},
        Refused{"net.ipv4.ping_group_range", "5", "two group numbers (low high), not 1"},
        Refused{"net.netfilter.nf_conntrack_udp_timeout", "-1", "between 0 and"},
        Refused{"net.ipv6.conf.all.disable_ipv6", "2", "0 or 1"}));

INSTANTIATE_TEST_SUITE_P(
    RefusedByTheKernelToo, RefusedValue,
    ::testing::Values(
        Refused{"net.ipv4.tcp_syn_retries", "+5", "\"+5\" is not a number"},
        Refused{"net.ipv4.tcp_syn_retries", "09", "not a number"},
        Refused{"net.ipv4.tcp_syn_retries", "0x", "not a number"},
        Refused{"net.ipv4.tcp_syn_retries", "7abc", "not a number"},
        Refused{"net.ipv4.tcp_syn_retries", "18446744073709551616", "not a number"},
        Refused{"net.ipv4.tcp_syn_retries", "--7", "not a number"},
        Refused{"net.ipv4.tcp_rmem", "4096,131072,6291456", "three numbers"},
        Refused{"net.ipv4.tcp_congestion_control", "reno cubic", "one word of at most 15 bytes"},
        Refused{"net.ipv4.tcp_congestion_control", "a-much-too-long-name", "at most 15 bytes"},
        Refused{"net.ipv4.ip_local_reserved_ports", "20-10", "ends before it begins"},
        Refused{"net.ipv4.ip_local_reserved_ports", "1,,2", "a number is missing"},
        Refused{"net.ipv4.ip_local_reserved_ports", "65536", "not between 0 and 65535"},
        Refused{"net.ipv4.ip_local_reserved_ports", "80 90", "not a number"},
        Refused{"net.ipv4.ip_local_reserved_ports", "1-", "not a number"},
        Refused{"net.ipv4.ip_local_reserved_ports", "010", "as octal: 8"},
        Refused{"net.ipv4.ping_group_range", "0 4294967295", "between 0 and 4294967294"},
        Refused{"net.ipv4.tcp_fastopen_key", "1-2-3", "each of four hexadecimal words"},
        Refused{"net.ipv4.tcp_fastopen_key", "1-2-3-4,1-2-3-4,1-2-3-4", "one key or two"},
        Refused{"net.core.rps_default_mask", "0x3", "hexadecimal words"},
        Refused{"net.ipv4.route.flush", "1", "it is a command, not a setting"},
        Refused{"kernel.shmmax", "18446744073709551616", "not a number"},
        Refused{"kernel.shmmax", "-1", "between 0 and 18446744073709551615"},
        Refused{"net.ipv4.tcp_syn_retries", "1\n2", "NUL and newline"}));

TEST(CheckValue, TakesWhatMakesSense) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"net.core.somaxconn", "65535"},
      {"net.core.somaxconn", " 0xffff\t"},
      {"net.ipv4.tcp_syn_retries", "05"},
      {"net.ipv4.tcp_rmem", "4096\t87380  16777216"},
      {"net.ipv4.tcp_rmem", "4096 4096 4096"},
      {"net.ipv4.ip_local_port_range", "1024 65535"},
      {"net.ipv4.ip_local_reserved_ports", "8080,30000-32767"},
      {"net.ipv4.ping_group_range", "0 2147483647"},
      {"net.ipv4.ping_group_range", "1 0"},
      {"net.ipv4.tcp_congestion_control", "bbr"},
      {"net.ipv4.tcp_fastopen_key", "1-2-3-4,00000001-00000002-0000000a-FFFFFFFF"},
      {"net.ipv4.tcp_adv_win_scale", "-2"},
      {"net.ipv4.tcp_syncookies", "0x1"},
      {"net.ipv6.conf.eth0.use_tempaddr", "-1"},
      {"net.ipv6.seg6_flowlabel", "-1"},
      {"net.core.rps_default_mask", "f,ffffffff"},
      {"kernel.sem", "250 512000 100 2048"},
      {"kernel.shmmax", "18446744073692774399"},
      {"kernel.domainname", "example"},
      {"net.ipv6.icmp.ratemask", "0-1,3-127"},
      {"net.ipv4.conf.eth0/100.rp_filter", "2"},
      {"net.ipv4.no_such_key", "anything at all"},
      {"vm.no_such_key", "-1"},
  };
  for (const auto& [name, value] : cases) {
    const auto result = check_value(key_of(name), value);
    EXPECT_TRUE(result.has_value()) << result.error().message;
  }
}

TEST(Normalise, LeavesOneBlankBetweenWords) {
  EXPECT_EQ(normalise("\t4096 \t 131072\n33554432 \n"), "4096 131072 33554432");
  EXPECT_EQ(normalise(" \t\n"), "");
  EXPECT_EQ(normalise("reno"), "reno");
}

struct Pairing {
  std::string key;
  std::string wanted;
  std::string read_back;
  bool same;
};

class ReadBack : public ::testing::TestWithParam<Pairing> {};

TEST_P(ReadBack, IsJudgedByMeaning) {
  const auto& [key, wanted, read_back, same] = GetParam();
  EXPECT_EQ(same_value(key_of(key), wanted, read_back), same) << wanted << " / " << read_back;
}

INSTANTIATE_TEST_SUITE_P(
    Values, ReadBack,
    ::testing::Values(
        Pairing{"net.ipv4.tcp_rmem", "4096 87380 16777216", "4096\t87380\t16777216\n", true},
        Pairing{"net.ipv4.tcp_rmem", "4096 87380", "4096\t87380\t16777216", false},
        Pairing{"net.ipv4.tcp_syn_retries", "0x1f", "31", true},
        Pairing{"net.ipv4.tcp_syn_retries", "010", "8", true},
        Pairing{"net.ipv4.tcp_syn_retries", "010", "10", false},
        Pairing{"net.ipv4.tcp_syn_retries", "5", "6", false},
        Pairing{"net.ipv4.ip_forward", "1", "1", true},
        Pairing{"net.ipv4.ip_local_reserved_ports", "1,2,3", "1-3", true},
        Pairing{"net.ipv4.ip_local_reserved_ports", "3,2,1,10-20,15-30", "1-3,10-30", true},
        Pairing{"net.ipv4.ip_local_reserved_ports", "1,3", "1-3", false},
        Pairing{"net.ipv4.ip_local_reserved_ports", "", "\n", true},
        Pairing{"net.ipv4.ip_local_reserved_ports", "1", "", false},
        Pairing{"net.ipv4.ping_group_range", "0 2147483647", "0\t2147483647", true},
        Pairing{"net.ipv4.tcp_congestion_control", "bbr", "bbr\n", true},
        Pairing{"net.ipv4.tcp_congestion_control", "bbr", "cubic", false},
        Pairing{"net.ipv4.tcp_fastopen_key", "1-2-3-a", "00000001-00000002-00000003-0000000A",
                true},
        Pairing{"net.ipv4.tcp_fastopen_key", "1-2-3-4", "00000001-00000002-00000003-00000005",
                false},
        Pairing{"net.core.rps_default_mask", "0,3", "00000003", true},
        Pairing{"net.core.rps_default_mask", "3", "1", false},
        Pairing{"net.ipv4.icmp_ratelimit", "999", "1000", true},  // 250 ticks a second
        Pairing{"net.ipv4.icmp_ratelimit", "1", "4", true},
        Pairing{"net.ipv4.icmp_ratelimit", "1", "10", true},  // 100 ticks a second
        Pairing{"net.ipv4.icmp_ratelimit", "1", "11", false},
        Pairing{"net.ipv4.icmp_ratelimit", "5", "4", false},
        Pairing{"net.ipv4.neigh.eth0.locktime", "5", "4", true},
        Pairing{"net.ipv4.neigh.eth0.locktime", "5", "3", false},
        Pairing{"net.ipv4.tcp_tw_reuse_delay", "999", "1000", false},
        Pairing{"kernel.shmmax", "0xffffffffffffffff", "18446744073709551615", true},
        Pairing{"kernel.domainname", "1", "01", false},
        Pairing{"net.unknown.key", "0x10 a", "16\ta", true},
        Pairing{"net.unknown.key", "a", "b", false}));

TEST(TextToWrite, ClearsAListWithANewline) {
  EXPECT_EQ(text_to_write(""), "\n");
  EXPECT_EQ(text_to_write("1-3"), "1-3");
}

TEST(Number, IsReadAsTheKernelPrintsIt) {
  EXPECT_TRUE(rc::check("decimal, hexadecimal and octal", [](std::int64_t value) {
    const Number number{value < 0, value < 0 ? 0 - static_cast<std::uint64_t>(value)
                                             : static_cast<std::uint64_t>(value)};
    RC_ASSERT(read_number(std::to_string(value)) == number);
    const std::string sign = value < 0 ? "-" : "";
    RC_ASSERT(read_number(fmt::format("{}{:#x}", sign, number.magnitude)) == number);
    RC_ASSERT(read_number(fmt::format("{}0{:o}", sign, number.magnitude)) == number);
    RC_ASSERT(to_string(number) == std::to_string(value));
  }));
}

TEST(Number, ComparesAndFitsRangesLikeIntegers) {
  EXPECT_TRUE(rc::check("order and range", [](std::int32_t a, std::int32_t b, std::int32_t c) {
    const auto number = [](std::int64_t value) { return *read_number(std::to_string(value)); };
    RC_ASSERT((number(a) < number(b)) == (a < b));
    RC_ASSERT((number(a) == number(b)) == (a == b));
    const std::uint64_t max = static_cast<std::uint32_t>(c);
    const bool inside = a >= b && (a < 0 || static_cast<std::uint64_t>(a) <= max);
    RC_ASSERT(in_range(number(a), Range{b, max}) == inside);
  }));
  EXPECT_TRUE(in_range(*read_number("-9223372036854775808"), Range{INT64_MIN, 0}));
  EXPECT_FALSE(in_range(*read_number("-9223372036854775809"), Range{INT64_MIN, 0}));
}

TEST(ReadRanges, KeepsTheSetOfNumbers) {
  EXPECT_TRUE(rc::check("set", [](const std::vector<std::pair<std::uint8_t, std::uint8_t>>& in) {
    std::vector<bool> expected(256, false);
    std::string text;
    for (const auto& [a, b] : in) {
      const int low = std::min(a, b);
      const int high = std::max(a, b);
      text += (text.empty() ? "" : ",") + std::to_string(low);
      text += low == high ? "" : "-" + std::to_string(high);
      for (int i = low; i <= high; ++i) {
        expected[static_cast<std::size_t>(i)] = true;
      }
    }
    const auto ranges = read_ranges(text, Range{0, 255});
    RC_ASSERT(ranges.has_value());
    std::vector<bool> got(256, false);
    std::uint64_t beyond_last = 0;
    for (const auto& [low, high] : *ranges) {
      RC_ASSERT(beyond_last == 0 || low > beyond_last);  // sorted, and none touches the next
      for (std::uint64_t i = low; i <= high; ++i) {
        got[i] = true;
      }
      beyond_last = high + 1;
    }
    RC_ASSERT(got == expected);
  }));
}

}  // namespace
}  // namespace podsysctl::sysctl
