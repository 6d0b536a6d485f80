// SPDX-License-Identifier: Apache-2.0
// 2xx, 3xx, 4xx, 5xx by tables, and suppressions.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "check/test_support.h"

namespace podsysctl::check {
namespace {

using testing::HasSubstr;

constexpr const char* kNet = "--allowed-unsafe-sysctls net.*,kernel.msg*";

TEST(Kernel, WhatAPodCanDo) {
  struct Case {
    const char* flags;
    const char* key;
    const char* value;
    const char* rules;
  };
  const std::string net = kNet;
  const Case cases[] = {
      {"", "vm.max_map_count", "\"262144\"", "PSC101 PSC201"},
      {"", "net.core.rmem_max", "\"7500000\"", "PSC101 PSC202"},
      {"--kernel-version 4.14", "net.core.rmem_max", "\"7500000\"", "PSC101 PSC201"},
      {"--kernel-version 4.4", "net.ipv4.tcp_keepalive_time", "\"200\"", "PSC101 PSC204"},
      {"--kernel-version 4.5", "net.ipv4.tcp_keepalive_time", "\"200\"", ""},
      {"--kernel-version 4.14.300", "net.ipv4.tcp_rmem", "\"4096 131072 6291456\"",
       "PSC101 PSC204"},
      {"--kernel-version 4.15", "net.ipv4.tcp_rmem", "\"4096 131072 6291456\"", ""},
      {"--kernel-version 4.11", "net.ipv4.tcp_tw_recycle", "\"0\"", "PSC101 PSC506"},
      {"--kernel-version 4.12", "net.ipv4.tcp_tw_recycle", "\"0\"", "PSC101 PSC205"},
      {"--kernel-version 5.10.34", "net.netfilter.nf_conntrack_max", "\"262144\"", "PSC101 PSC206"},
      {"--kernel-version 5.10.35", "net.netfilter.nf_conntrack_max", "\"262144\"", "PSC101 PSC202"},
      {"", "net.core.somaxcon", "\"1024\"", "PSC101 PSC209"},
      {"--runtime containerd --allowed-unsafe-sysctls net.*", "net.ipv4.conf.eth0.rp_filter",
       "\"0\"", ""},
      {"--runtime cri-o --allowed-unsafe-sysctls net.*", "net.ipv4.conf.eth0.rp_filter", "\"0\"",
       "PSC207"},
      {"--runtime docker --allowed-unsafe-sysctls net.*", "net.ipv4.conf.eth0.rp_filter", "\"0\"",
       "PSC207"},
      {"--allowed-unsafe-sysctls net.*", "net.ipv4.conf.all.rp_filter", "\"0\"", ""},
      {"--runtime containerd --allowed-unsafe-sysctls net.*", "net/ipv4/conf/eth0.5/rp_filter",
       "\"0\"", "PSC208"},
  };
  for (const Case& row : cases) {
    EXPECT_EQ(rules_in(pod_with({{row.key, row.value}}), options_from(row.flags)), row.rules)
        << row.flags << " " << row.key;
  }
  EXPECT_THAT(findings_in(pod_with({{"net.core.somaxcon", "\"1\""}})).back().hint,
              HasSubstr("did you mean net.core.somaxconn?"));
}

TEST(Values, EachByItself) {
  struct Case {
    const char* key;
    const char* value;  // as in the manifest
    const char* rules;
    const char* message;
  };
  const Case cases[] = {
      {"net.ipv4.tcp_syncookies", "\"1\"", "", ""},
      {"net.ipv4.tcp_syncookies", "1", "PSC306",
       "Pod in version \"v1\" cannot be handled as a Pod: json: cannot unmarshal number into Go "
       "struct field Sysctl.spec.securityContext.sysctls.value of type string"},
      {"net.ipv4.tcp_syncookies", "no", "PSC307",
       "without quotes YAML reads \"no\" as false; Pod in version \"v1\" cannot be handled"},
      {"kernel.msgmax", "010", "PSC307", "without quotes YAML reads \"010\" as 8;"},
      {"kernel.msgmax", "1_000", "PSC307", "without quotes YAML reads \"1_000\" as 1000;"},
      {"kernel.msgmax", "0x2000", "PSC307", "without quotes YAML reads \"0x2000\" as 8192;"},
      {"kernel.msgmax", "[1]", "PSC301",
       "cannot unmarshal array into Go struct field Sysctl.spec."},
      {"kernel.msgmax", "", "PSC305", "kernel.msgmax"},
      {"kernel.msgmax", "~", "PSC305", "kernel.msgmax"},
      {"kernel.msgmax", "\"\"", "PSC305", "kernel.msgmax"},
      {"kernel.msgmax", "eight", "PSC301", "invalid value \"eight\" of kernel.msgmax"},
      {"kernel.msgmax", "\"1 2\"", "PSC303", "it must be one number, not 2"},
      {"net.ipv4.tcp_keepalive_time", "\"0\"", "PSC302", "it must be between 1 and 32767"},
      {"net.ipv4.tcp_keepalive_time", "\"-5\"", "PSC302", "it must be between 1 and 32767"},
      {"net.ipv4.tcp_rmem", "4096 131072", "PSC303", "not 2"},
      {"net.ipv4.tcp_rmem", "6291456 131072 4096", "PSC304", "must not decrease"},
      {"net.ipv4.tcp_rmem", "4096 131072 6291456", "", ""},
      {"net.ipv4.ip_local_port_range", "\"60999 32768\"", "PSC304", "must not decrease"},
      {"net.ipv4.ping_group_range", "\"5 1\"", "PSC301", "must not be above the second"},
  };
  for (const Case& row : cases) {
    const auto findings = findings_in(pod_with({{row.key, row.value}}), options_from(kNet));
    ASSERT_EQ(rules_in(findings), row.rules) << row.key << " " << row.value;
    if (!findings.empty()) {
      EXPECT_THAT(findings.front().message, HasSubstr(row.message)) << row.key;
      EXPECT_EQ(findings.front().path, "spec.securityContext.sysctls[0].value");
      EXPECT_EQ(findings.front().sysctl, row.key);
    }
  }
}

TEST(Values, Pairs) {
  const auto ports = [](std::string_view start, std::string_view range) {
    return rules_in(pod_with({{"net.ipv4.ip_unprivileged_port_start", fmt::format("\"{}\"", start)},
                              {"net.ipv4.ip_local_port_range", fmt::format("\"{}\"", range)}}));
  };
  EXPECT_EQ(ports("2048", "1024 65535"), "PSC308");
  EXPECT_EQ(ports("400", "500 60999"), "PSC309");
  EXPECT_EQ(ports("80", "1024 65535"), "");
  const auto ipv6 = findings_in(pod_with({{"net.ipv6.conf.lo.disable_ipv6", "\"0\""},
                                          {"net.ipv6.conf.all.disable_ipv6", "\"1\""}}),
                                options_from(kNet));
  ASSERT_EQ(rules_in(ipv6), "PSC309");
  EXPECT_EQ(ipv6.front().line, 10U);
  EXPECT_THAT(ipv6.front().message, HasSubstr("a value is lost without a word"));
}

std::string with_init(std::string_view command, std::string_view more) {
  return fmt::format(
      "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  initContainers:\n  - name: tune\n"
      "    image: busybox\n    command: [sh, -c, \"{}\"]\n{}",
      command, more);
}
const std::string kPrivileged = "    securityContext: {privileged: true}\n";

TEST(Writes, WhatContainersDoThemselves) {
  struct Case {
    const char* command;
    std::string more;
    const char* rules;
    const char* message;
  };
  const Case cases[] = {
      {"echo 10000 > /proc/sys/net/core/somaxconn", kPrivileged, "PSC401",
       "init container \"tune\" is privileged to write net.core.somaxconn=10000"},
      {"sysctl -w vm.max_map_count=262144", kPrivileged, "PSC402",
       "init container \"tune\" writes vm.max_map_count=262144 on the node"},
      {"sysctl -w net.core.somaxconn=1024 && sysctl -w vm.swappiness=1", kPrivileged,
       "PSC401 PSC402", "net.core.somaxconn=1024"},
      {"sysctl -w net.core.somaxconn=1024", "", "PSC403",
       "init container \"tune\" is not privileged"},
      {"sysctl -w net.core.somaxconn=1024", kPrivileged + "    restartPolicy: Always\n", "PSC405",
       "sidecar \"tune\" is privileged"},
      {"sysctl -w net.core.somaxconn=1024", kPrivileged + "  hostNetwork: true\n", "PSC402",
       "on the node"},
      {"sysctl -w net.ipv4.tcp_tw_recycle=1", kPrivileged, "PSC205",
       "init container \"tune\" writes net.ipv4.tcp_tw_recycle, which kernel 7.2 does not have"},
      {"sysctl net.core.somaxconn", kPrivileged, "", ""},
      {"sleep 1", kPrivileged, "", ""},
  };
  for (const Case& row : cases) {
    const auto findings = findings_in(with_init(row.command, row.more));
    ASSERT_EQ(rules_in(findings), row.rules) << row.command << row.more;
    if (!findings.empty()) {
      EXPECT_THAT(findings.front().message, HasSubstr(row.message)) << row.command;
      EXPECT_EQ(findings.front().path, "spec.initContainers[0].command");
      EXPECT_EQ(findings.front().line, 8U);
      EXPECT_EQ(findings.front().column, 23U);
    }
  }
}

TEST(Advice, Backlog) {
  const auto run = [](std::string_view container) {
    return findings_in(
        pod_with({{"net.core.somaxconn", "\"4096\""}}) + "  containers:\n" + std::string(container),
        options_from(kNet));
  };
  EXPECT_EQ(rules_in(run("  - {name: r, image: redis, args: [--tcp-backlog, \"511\"]}\n")),
            "PSC501");
  EXPECT_EQ(rules_in(run("  - {name: g, image: x, command: [gunicorn, --backlog=2048, a:b]}\n")),
            "PSC501");
  EXPECT_EQ(rules_in(run("  - {name: g, image: x, command: [gunicorn, --backlog=8192, a:b]}\n")),
            "");
  EXPECT_EQ(rules_in(run("  - {name: n, image: \"docker.io/library/nginx:1.27@sha256:0\"}\n")),
            "PSC501");
  EXPECT_EQ(rules_in(run("  - {name: n, image: example.com/nginx-exporter}\n")), "");
}

TEST(Advice, Memory) {
  const auto run = [](std::string_view limit, std::string_view rmem) {
    return rules_in(
        pod_with({{"net.ipv4.tcp_rmem", fmt::format("\"{}\"", rmem)}}) +
        fmt::format("  containers:\n  - {{name: a, image: x, resources: {{limits: {{memory: "
                    "{}}}}}}}\n",
                    limit));
  };
  EXPECT_EQ(run("64Mi", "4096 131072 16777216"), "PSC504");
  EXPECT_EQ(run("1Gi", "4096 131072 16777216"), "");
  EXPECT_EQ(run("null", "4096 131072 16777216"), "");
}

TEST(Suppression, SilencesWithAReasonOnly) {
  const auto clean = [](std::string_view text) {
    return rules_in(fmt::format(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  annotations:\n    "
        "podsysctl.io/check-ignore: \"{}\"\nspec: {{securityContext: {{sysctls: [{{name: "
        "kernel.msgmax, value: \"8192\"}}, {{name: vm.swappiness, value: \"1\"}}]}}}}\n",
        text));
  };
  EXPECT_EQ(clean(""), "PSC101 PSC101 PSC201");
  EXPECT_EQ(clean("PSC101: pool a allows it"), "PSC201");
  EXPECT_EQ(clean("PSC101: a; PSC201: b"), "");
  EXPECT_EQ(clean(" PSC101 : a ;"), "PSC201");
  EXPECT_EQ(clean("PSC101"), "PSC002 PSC101 PSC101 PSC201");
  EXPECT_EQ(clean("PSC101:  "), "PSC002 PSC101 PSC101 PSC201");
  EXPECT_EQ(clean("PSC999: x; PSC201: b"), "PSC002 PSC101 PSC101");
  EXPECT_EQ(clean("PSC002: x"), "PSC002 PSC101 PSC101 PSC201");
  // On the template, and for its workload alone.
  EXPECT_EQ(rules_in("apiVersion: apps/v1\nkind: Deployment\nspec: {template: {metadata: "
                     "{annotations: {podsysctl.io/check-ignore: \"PSC101: x; PSC505: y\"}}, spec: "
                     "{securityContext: {sysctls: [{name: kernel.msgmax, value: \"8192\"}]}}}}\n"
                     "---\n" +
                     pod_with({{"kernel.msgmax", "\"8192\""}})),
            "PSC101");
}

}  // namespace
}  // namespace podsysctl::check
