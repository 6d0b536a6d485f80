// SPDX-License-Identifier: Apache-2.0
#include "enforce/kernel_rules.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "enforce/judge.h"

namespace podsysctl::enforce {
namespace {

using sysctl::ProbeReport;
using sysctl::Settability;
using sysctl::SysctlKey;

SysctlKey key_of(std::string_view name) { return SysctlKey::parse(name).value(); }

sysctl::Setting wish(std::string_view name, std::string value = "1") {
  return {key_of(name), std::move(value), {}, ""};
}

ProbeReport report_of(std::string release) {
  ProbeReport report;
  report.kernel_release = std::move(release);
  const auto add = [&report](std::string_view name, Settability settability,
                             std::string note = "") {
    report.keys.push_back(
        {.key = key_of(name), .settability = settability, .note = std::move(note)});
  };
  add("net.core.optmem_max", Settability::node_only);
  add("net.core.rmem_max", Settability::pod_read_only);
  report.keys.back().default_value = "212992";
  add("net.core.somaxconn", Settability::pod_writable);
  add("net.ipv4.conf.default.leaking", Settability::leaky, "fixed in Linux 7.0");
  add("net.ipv4.conf.lo.forwarding", Settability::pod_writable);
  add("net.ipv4.neigh.default.gc_thresh1", Settability::node_only);
  add("net.netfilter.nf_conntrack_count", Settability::pod_read_only, "read-only on the host too");
  return report;
}

struct Row {
  const char* key;
  PodNetwork network;
  const char* message;  // after "forbidden sysctl: "; "" where allowed
  const char* hint;
};

constexpr auto kBefore = PodNetwork::to_be_made;
constexpr auto kAfter = PodNetwork::made;

TEST(KernelRules, SayWhatAndWhereAndTheWayOut) {
  const ProbeReport report = report_of("6.18.44-fc-v657");
  const std::vector<Row> rows{
      {"net.core.somaxconn", kBefore, "", ""},
      {"net.core.rmem_max", kBefore, "\"net.core.rmem_max\" is read-only in a pod on Linux 6.18",
       "all pods of this node share its value: set it on the node with sysctl(8)"},
      {"net.core.optmem_max", kBefore,
       "\"net.core.optmem_max\" does not exist in a pod on Linux 6.18",
       "all pods of this node share its value: set it on the node with sysctl(8)"},
      {"net.core.somaxcon", kBefore, "\"net.core.somaxcon\" does not exist on Linux 6.18",
       "check the name (podsysctl catalog net.core.), or load the kernel module that has it"},
      {"net.ipv4.conf.eth0/7.forwarding", kBefore, "", ""},
      {"net.ipv4.conf.eth0.leaking", kBefore,
       "\"net.ipv4.conf.eth0.leaking\" leaks to the host on this kernel",
       "a write in a pod would change the host's value; fixed in Linux 7.0"},
      {"net.ipv4.neigh.eth0.gc_thresh1", kBefore,
       "\"net.ipv4.neigh.eth0.gc_thresh1\" does not exist in a pod on Linux 6.18",
       "all pods of this node share its value: set it on the node with sysctl(8)"},
      {"net.ipv4.conf.eth0.nothing", kBefore,
       "\"net.ipv4.conf.eth0.nothing\" does not exist on Linux 6.18",
       "check the name (podsysctl catalog net.ipv4.conf.eth0.), or load the kernel module that has "
       "it"},
      {"net.netfilter.nf_conntrack_count", kBefore,
       "\"net.netfilter.nf_conntrack_count\" is read-only in a pod on Linux 6.18",
       "it is read-only on this host too: where it can be set at all, that is on the machine "
       "itself "
       "with sysctl(8)"},
      // Its module may come with the pod's network.
      {"net.netfilter.nf_conntrack_max", kBefore, "", ""},
      {"net.netfilter.nf_conntrack_max", kAfter,
       "\"net.netfilter.nf_conntrack_max\" does not exist on Linux 6.18",
       "check the name (podsysctl catalog net.netfilter.), or load the kernel module that has it"},
  };
  for (const Row& row : rows) {
    const auto verdict = probe_verdict(wish(row.key), report, row.network);
    ASSERT_EQ(verdict.has_value(), *row.message != '\0') << row.key;
    if (verdict) {
      EXPECT_EQ(verdict->reason(), policy::kSysctlForbidden);
      EXPECT_EQ(verdict->message(), std::string("forbidden sysctl: ") + row.message);
      EXPECT_EQ(verdict->hint(), row.hint);
    }
  }
}

TEST(KernelRules, AReadOnlyKeyThatHasTheValueAlreadyIsNoFault) {
  const ProbeReport report = report_of("6.18.1");
  EXPECT_FALSE(probe_verdict(wish("net.core.rmem_max", "212992"), report, kBefore));
  EXPECT_TRUE(probe_verdict(wish("net.core.rmem_max", "212993"), report, kBefore));
}

TEST(KernelRules, NameTheKernelWhereAPodHasIt) {
  const auto verdict = probe_verdict(wish("net.ipv4.tcp_rmem"), report_of("4.9.0"), kBefore);
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->message(),
            "forbidden sysctl: \"net.ipv4.tcp_rmem\" does not exist on Linux 4.9");
  EXPECT_EQ(verdict->hint(), "a pod has it from Linux 4.15 on");
}

TEST(KernelRules, UpstreamSpeaksFirstAndThenAllOffendersAreListed) {
  const std::vector<std::string> patterns{"net.core.*"};
  const policy::Allowlist list = *policy::Allowlist::create(policy::KubernetesVersion::newest(),
                                                            patterns, policy::KernelVersion(6, 18));
  const auto setting = [](std::string_view name) {
    return sysctl::Setting{key_of(name), "4194304", {.kind = sysctl::Origin::Kind::manifest}, ""};
  };
  const Context context{.allowlist = list, .probed = report_of("6.18.1")};
  std::vector<sysctl::Setting> settings{setting("net.core.rmem_max"), setting("net.ipv4.tcp_x")};
  auto rejection = judge(settings, context);
  ASSERT_TRUE(rejection);
  EXPECT_EQ(rejection->message, "forbidden sysctl: \"net.ipv4.tcp_x\" not allowlisted");
  settings = {setting("net.core.rmem_max"), setting("net.core.nope")};
  rejection = judge(settings, context);
  ASSERT_TRUE(rejection);
  EXPECT_EQ(rejection->message,
            "forbidden sysctl: \"net.core.rmem_max\" is read-only in a pod on Linux 6.18");
  EXPECT_EQ(rejection->offenders.size(), 2U);
  EXPECT_FALSE(judge(settings, {.allowlist = list})) << "not asked: the write decides";
}

}  // namespace
}  // namespace podsysctl::enforce
