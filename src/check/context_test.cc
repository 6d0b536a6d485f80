// SPDX-License-Identifier: Apache-2.0
// Kubelet configurations, drop-ins, policy files and what becomes of them.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "check/kubelet_drop_in.h"
#include "check/policy_file.h"
#include "check/test_support.h"

namespace podsysctl::check {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> texts_of(const std::vector<NodePattern>& patterns) {
  std::vector<std::string> texts;
  for (const NodePattern& pattern : patterns) {
    texts.push_back(fmt::format("{} {}", pattern.place.at.line, pattern.text));
  }
  return texts;
}

TEST(KubeletDropIn, TheFlagInAllItsPlaces) {
  struct Case {
    const char* text;
    std::vector<std::string> patterns;
  };
  const Case cases[] = {
      {"[Service]\nEnvironment=\"A=--experimental-allowed-unsafe-sysctls='net.*'\"\nExecStart=\n"
       "ExecStart=/usr/bin/kubelet $A\n",
       {"2 net.*"}},
      {"[Service]\nExecStart=/usr/bin/kubelet --v=2 \\\n  --allowed-unsafe-sysctls "
       "kernel.msg*,net.core.somaxconn\n",
       {"2 kernel.msg*", "2 net.core.somaxconn"}},
      {"[Service]\nExecStart=/k --allowed-unsafe-sysctls=a.b\nExecStart=\nExecStart=/k\n", {}},
      {"[Service]\nEnvironment=A=--allowed-unsafe-sysctls=net.*\nEnvironment=\n", {}},
      {"[Service]\n# Environment=A=--allowed-unsafe-sysctls=net.*\n; x\n", {}},
      {"[Unit]\nEnvironment=A=--allowed-unsafe-sysctls=net.*\n", {}},
      {"KUBELET_EXTRA_ARGS=\"--v=1 --allowed-unsafe-sysctls='net.*,kernel.sem'\"\n",
       {"1 net.*", "1 kernel.sem"}},
      {"[Service]\nEnvironment='A=x' \"B=--allowed-unsafe-sysctls=net.* --v=1\" C=y\n",
       {"2 net.*"}},
      {"", {}},
  };
  for (const Case& row : cases) {
    const auto patterns = read_kubelet_drop_in(row.text, "k.conf");
    ASSERT_TRUE(patterns) << row.text << patterns.error().message;
    EXPECT_EQ(texts_of(*patterns), row.patterns) << row.text;
  }
  for (const char* const text :
       {"[Service]\nExecStart=/k 'x\n", "[Service]\nEnvironment=\"A=--x='y\"\n"}) {
    const auto broken = read_kubelet_drop_in(text, "k.conf");
    ASSERT_FALSE(broken) << text;
    EXPECT_EQ(broken.error().code, Code::invalid_argument);
    EXPECT_EQ(broken.error().message, "k.conf:2: a quote is not closed");
  }
  const auto bad_list =
      read_kubelet_drop_in("[Service]\nExecStart=/k '--allowed-unsafe-sysctls=\"a'\n", "k.conf");
  ASSERT_FALSE(bad_list);
  EXPECT_THAT(bad_list.error().message, HasSubstr("k.conf:2: cannot read the list"));
}

TEST(KubeletConfig, ReadsBothFields) {
  const auto given = read_kubelet_config(
      "# first something else\na: 1\n---\napiVersion: kubelet.config.k8s.io/v1beta1\nkind: "
      "KubeletConfiguration\nallowedUnsafeSysctls:\n- net.*\n- kernel.sem\ndefaultPodSysctls:\n  "
      "net.ipv4.tcp_syncookies: \"1\"\n",
      "k.yaml");
  ASSERT_TRUE(given) << given.error().message;
  EXPECT_THAT(texts_of(given->patterns), ElementsAre("7 net.*", "8 kernel.sem"));
  ASSERT_EQ(given->defaults.size(), 1U);
  EXPECT_EQ(given->defaults.front().name, "net.ipv4.tcp_syncookies");

  struct Bad {
    const char* text;
    const char* message;
  };
  const std::string head = "kind: KubeletConfiguration\n";
  const Bad bad[] = {
      {"a: 1\n", "k.yaml: holds no object of kind KubeletConfiguration"},
      {"kind: KubeletConfiguration\nallowedUnsafeSysctls: net.*\n",
       "k.yaml:2:23: allowedUnsafeSysctls: must be a list"},
      {"kind: KubeletConfiguration\nallowedUnsafeSysctls: [1]\n",
       "k.yaml:2:24: allowedUnsafeSysctls[0]: must be a string"},
      {"kind: KubeletConfiguration\ndefaultPodSysctls: [1]\n",
       "k.yaml:2:20: defaultPodSysctls: must be a mapping"},
      {"kind: KubeletConfiguration\ndefaultPodSysctls: {a.b: 1}\n", "must be a string"},
      {"kind: [\n", "k.yaml:"},
  };
  for (const Bad& row : bad) {
    const auto read = read_kubelet_config(row.text, "k.yaml");
    ASSERT_FALSE(read) << row.text;
    EXPECT_EQ(read.error().code, Code::invalid_argument);
    EXPECT_THAT(read.error().message, HasSubstr(row.message));
  }
}

TEST(KubeletConfig, IsJudgedAmongTheManifests) {
  const auto run = [](std::string_view fields, std::string_view version) {
    return rules_in(fmt::format("apiVersion: kubelet.config.k8s.io/v1beta1\nkind: "
                                "KubeletConfiguration\n{}\n",
                                fields),
                    {.kubernetes_version = std::string(version)});
  };
  EXPECT_EQ(run("allowedUnsafeSysctls: [net.*, kernel.sem]", "1.37"), "");
  EXPECT_EQ(run("allowedUnsafeSysctls: [\"*\", vm.*, \"net*\"]", "1.37"), "PSC111 PSC111 PSC111");
  EXPECT_EQ(run("allowedUnsafeSysctls: [kernel.shm_*]", "1.28"), "PSC112");
  EXPECT_EQ(run("allowedUnsafeSysctls: [kernel.shm_*]", "1.29"), "PSC111");
  EXPECT_EQ(run("defaultPodSysctls: {net.ipv4.tcp_syncookies: \"1\"}", "1.37"), "");
  EXPECT_EQ(run("defaultPodSysctls: {net.ipv4.tcp_syncookies: \"1\"}", "1.36"), "PSC113");
  EXPECT_EQ(run("defaultPodSysctls: {vm.swappiness: \"1\", kernel.sem: \"\"}", "1.37"),
            "PSC113 PSC113");
  EXPECT_EQ(run("defaultPodSysctls: {kernel.msgmax: \"9\", kernel/msgmax: \"9\"}", "1.37"),
            "PSC113");
  EXPECT_EQ(run("defaultPodSysctls: [1]", "1.37"), "PSC113");
}

TEST(PolicyFile, ReadsItsFields) {
  const auto file = read_policy_file(
      "kubernetesVersion: \"1.31\"\nkernelVersion: 6.1.0-13-amd64\nruntime: cri-o\npodSecurity: "
      "baseline:1.31\nallowedUnsafeSysctls: [net.core.somaxconn]\nrules:\n  PSC501: off\n  PSC309: "
      "error\n",
      "p.yaml");
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->kubernetes_version, "1.31");
  EXPECT_EQ(file->kernel_version, "6.1.0-13-amd64");
  EXPECT_EQ(file->runtime, "cri-o");
  EXPECT_EQ(file->pod_security, "baseline:1.31");
  EXPECT_THAT(texts_of(file->patterns), ElementsAre("5 net.core.somaxconn"));
  EXPECT_THAT(file->rules, ElementsAre(std::pair(Rule::backlog_smaller, Severity::off),
                                       std::pair(Rule::order_dependent, Severity::error)));
  struct Bad {
    const char* text;
    const char* message;
  };
  const Bad bad[] = {
      {"", "p.yaml: is empty"},
      {"[]", "p.yaml:1:1: must be a mapping"},
      {"kubernetesVersion: 1.31\n", "p.yaml:1:20: kubernetesVersion: must be a string"},
      {"kubernetesVersion: \"2.0\"\n", "p.yaml:1:20: kubernetesVersion: "},
      {"kernelVersion: six\n", "p.yaml:1:16: kernelVersion: \"six\" is no kernel release"},
      {"runtime: rkt\n", "p.yaml:1:10: runtime: \"rkt\" is no runtime"},
      {"podSecurity: high\n", "p.yaml:1:14: podSecurity: \"high\" is no level"},
      {"rules: {PSC999: off}\n", "p.yaml:1:9: rules.PSC999: there is no such rule"},
      {"rules: {PSC501: on}\n", "p.yaml:1:17: rules.PSC501: must be a string"},
      {"rules: {PSC501: fatal}\n", "p.yaml:1:17: rules.PSC501: \"fatal\" is no severity"},
      {"kubernetes: \"1.31\"\n", "p.yaml:1:13: kubernetes: unknown field"},
  };
  for (const Bad& row : bad) {
    const auto read = read_policy_file(row.text, "p.yaml");
    ASSERT_FALSE(read) << row.text;
    EXPECT_EQ(read.error().code, Code::invalid_argument) << row.text;
    EXPECT_THAT(read.error().message, HasSubstr(row.message)) << row.text;
  }
}

TEST(Context, RefusesWhatItCannotUse) {
  struct Bad {
    ContextOptions options;
    const char* message;
  };
  const Bad bad[] = {
      {{.kubernetes_version = "1.99"}, "1.99"},
      {{.kernel_version = "new"}, "\"new\" is no kernel release"},
      {{.allowed_unsafe_sysctls = {"net*"}}, "--allowed-unsafe-sysctls: the sysctls \"net\""},
      {{.allowed_unsafe_sysctls = {"a,\"b"}}, "a double quote is not closed"},
      {{.kubelet_config = "/nonexistent"}, "/nonexistent"},
      {{.policies = {"/nonexistent"}}, "/nonexistent"},
      {{.pod_security = "x"}, "no level of Pod Security"},
      {{.disabled = {"PSC1"}}, "\"PSC1\" is no rule"},
      {{.severities = {"PSC501"}}, "is not of the form RULE=off|info|warning|error"},
      {{.severities = {"PSC501=bad"}}, "is not of the form RULE=off|info|warning|error"},
  };
  for (const Bad& row : bad) {
    const auto prepared = prepare_context(row.options);
    ASSERT_FALSE(prepared) << row.message;
    EXPECT_THAT(prepared.error().message, HasSubstr(row.message));
  }
}

TEST(Context, FilesAndFlags) {
  ContextOptions options{.kubelet_drop_in = std::string(PSYS_GOLDEN) + "/kubelet-drop-in.conf"};
  EXPECT_EQ(rules_in(pod_with({{"net.core.somaxconn", "\"1024\""}}), options), "");
  options.disabled = {"PSC101,PSC201"};
  EXPECT_EQ(rules_in(pod_with({{"vm.swappiness", "\"1\""}}), options), "");
  options.severities = {"PSC101=info"};
  options.disabled.clear();
  const auto findings = findings_in(pod_with({{"kernel.msgmax", "\"8192\""}}), options);
  ASSERT_EQ(rules_in(findings), "PSC101");
  EXPECT_EQ(findings.front().severity, Severity::info);
  EXPECT_TRUE(prepare_context({.kernel_version = "host"}));
}

TEST(Context, TheKubeletsDefaultsCountInPairs) {
  const std::string file = std::string(PSYS_GOLDEN) + "/kubelet-config.yaml";
  const auto prepared = prepare_context({.kubelet_config = file});
  ASSERT_TRUE(prepared) << prepared.error().message;
  EXPECT_EQ(prepared->summary.errors, 1U);  // its pattern net*
  ASSERT_EQ(prepared->findings.size(), 1U);
  EXPECT_EQ(prepared->findings.front().first, file);
  EXPECT_EQ(rules_in(pod_with({{"net.ipv4.ip_local_port_range", "\"1024 65535\""}}),
                     {.kubelet_config = file}),
            "PSC308");
}

}  // namespace
}  // namespace podsysctl::check
