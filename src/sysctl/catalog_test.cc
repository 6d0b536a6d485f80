// SPDX-License-Identifier: Apache-2.0
#include "sysctl/catalog.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sysctl/value.h"

namespace podsysctl::sysctl {
namespace {

const Entry* entry_of(std::string_view name) { return find_entry(SysctlKey::parse(name).value()); }

struct Safe {
  std::string_view key;
  std::string_view since;
  std::string_view kernel;
};

TEST(Catalog, HasEveryKubernetesSafeSysctlAndNoOther) {
  constexpr std::array<Safe, 14> kSafe{{
      {"kernel.shm_rmid_forced", "1.4", ""},
      {"net.ipv4.ip_local_port_range", "1.4", ""},
      {"net.ipv4.tcp_syncookies", "1.4", ""},
      {"net.ipv4.ping_group_range", "1.18", ""},
      {"net.ipv4.ip_unprivileged_port_start", "1.22", ""},
      {"net.ipv4.ip_local_reserved_ports", "1.27", "3.16"},
      {"net.ipv4.tcp_keepalive_time", "1.29", "4.5"},
      {"net.ipv4.tcp_fin_timeout", "1.29", "4.6"},
      {"net.ipv4.tcp_keepalive_intvl", "1.29", "4.5"},
      {"net.ipv4.tcp_keepalive_probes", "1.29", "4.5"},
      {"net.ipv4.tcp_rmem", "1.32", "4.15"},
      {"net.ipv4.tcp_wmem", "1.32", "4.15"},
      {"net.ipv4.tcp_slow_start_after_idle", "1.37", "4.15"},
      {"net.ipv4.tcp_notsent_lowat", "1.37", "4.6"},
  }};
  for (const Safe& safe : kSafe) {
    const Entry* const entry = entry_of(safe.key);
    ASSERT_NE(entry, nullptr) << safe.key;
    EXPECT_EQ(entry->safe_since, safe.since) << safe.key;
    EXPECT_EQ(entry->safe_kernel, safe.kernel) << safe.key;
  }
  EXPECT_EQ(std::ranges::count_if(catalog_entries(),
                                  [](const Entry& entry) { return !entry.safe_since.empty(); }),
            static_cast<std::ptrdiff_t>(kSafe.size()));
}

TEST(Catalog, HasTheKeysThatWorkloadsAskFor) {
  for (const std::string_view name : {"net.core.somaxconn",
                                      "net.core.optmem_max",
                                      "net.core.rmem_max",
                                      "net.ipv4.ip_forward",
                                      "net.ipv4.tcp_max_syn_backlog",
                                      "net.ipv4.tcp_max_tw_buckets",
                                      "net.ipv4.tcp_retries2",
                                      "net.ipv4.tcp_tw_reuse",
                                      "net.ipv4.tcp_congestion_control",
                                      "net.ipv4.tcp_fastopen",
                                      "net.ipv4.udp_rmem_min",
                                      "net.ipv4.udp_wmem_min",
                                      "net.ipv4.route.min_pmtu",
                                      "net.unix.max_dgram_qlen",
                                      "net.netfilter.nf_conntrack_udp_timeout_stream",
                                      "kernel.sem",
                                      "kernel.shmmax",
                                      "kernel.shmall",
                                      "kernel.shmmni",
                                      "kernel.msgmax",
                                      "kernel.msgmnb",
                                      "kernel.msgmni",
                                      "fs.mqueue.msg_max",
                                      "fs.mqueue.queues_max",
                                      "kernel.domainname",
                                      "user.max_user_namespaces"}) {
    EXPECT_NE(entry_of(name), nullptr) << name;
  }
}

TEST(Catalog, FindsPatternsByOneComponent) {
  const Entry* const all = entry_of("net.ipv4.conf.all.rp_filter");
  ASSERT_NE(all, nullptr);
  EXPECT_EQ(all->key, "net.ipv4.conf.*.rp_filter");
  EXPECT_EQ(entry_of("net/ipv4/conf/eth0.100/rp_filter"), all);
  EXPECT_EQ(entry_of("net.ipv4.conf.a.b.rp_filter"), nullptr);
  EXPECT_EQ(entry_of("net.ipv4.conf.rp_filter"), nullptr);
  EXPECT_EQ(entry_of("net.ipv4.conf.*.rp_filter"), all);  // an interface may be called '*'
}

TEST(Catalog, DoesNotKnowWhatIsNotThere) {
  for (const std::string_view name :
       {"net", "net.ipv4.tcp_rmemx", "zzz", "net.ipv4.tcp_rme", "kernel.no_such_key"}) {
    EXPECT_EQ(entry_of(name), nullptr) << name;
  }
}

// A default that its own type refuses says that one of the two is wrong.
TEST(Catalog, DefaultsAreLegal) {
  for (const auto table : {catalog_entries(), catalog_patterns()}) {
    for (const Entry& entry : table) {
      if (!entry.default_value || entry.default_value->empty()) {
        continue;
      }
      std::string name(entry.key);
      if (const std::size_t star = name.find('*'); star != std::string::npos) {
        name.replace(star, 1, "eth0");
      }
      const auto checked = check_value(SysctlKey::parse(name).value(), *entry.default_value);
      EXPECT_TRUE(checked) << checked.error().message;
    }
  }
}

TEST(Catalog, IsSortedAndWhole) {
  for (const auto table : {catalog_entries(), catalog_patterns()}) {
    EXPECT_TRUE(std::ranges::is_sorted(table, {}, &Entry::key));
    for (const Entry& entry : table) {
      EXPECT_FALSE(entry.meaning.empty()) << entry.key;
      EXPECT_FALSE(entry.source.empty()) << entry.key;
      EXPECT_FALSE(entry.group.empty()) << entry.key;
      EXPECT_EQ(entry.type == ValueType::choice, !entry.choices.empty()) << entry.key;
    }
  }
  for (const Entry& entry : catalog_entries()) {
    EXPECT_EQ(entry_of(entry.key), &entry);
    // Names of a pod's folders may still belong to the node, never the other way round.
    const Scope named = scope_of(SysctlKey::parse(entry.key).value());
    EXPECT_TRUE(entry.scope == named || entry.scope == Scope::node) << entry.key;
  }
  for (const Entry& entry : catalog_patterns()) {
    EXPECT_EQ(std::ranges::count(entry.key, '*'), 1) << entry.key;
  }
}

}  // namespace
}  // namespace podsysctl::sysctl
