// SPDX-License-Identifier: Apache-2.0
// 1xx: the texts are upstream's, for the version asked for.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "check/test_support.h"

namespace podsysctl::check {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

struct Case {
  const char* name;
  const char* flags;
  std::string text;
  Rule rule;
  const char* message;  // begins the finding's; nullptr: there must be none
};

const std::string kHostNet = "  hostNetwork: true\n";

std::vector<Case> cases() {
  const std::string somaxconn = pod_with({{"net.core.somaxconn", "\"1024\""}});
  const std::string shm_slash = pod_with({{"kernel/shm_rmid_forced", "\"1\""}});
  const std::string keepalive = pod_with({{"net.ipv4.tcp_keepalive_time", "\"200\""}});
  const std::string rmem = pod_with({{"net.ipv4.tcp_rmem", "\"4096 131072 6291456\""}});
  const std::string lowat = pod_with({{"net.ipv4.tcp_notsent_lowat", "\"131072\""}});
  const std::string host = pod_with({{"net.ipv4.tcp_syncookies", "\"1\""}}, kHostNet);
  return {
      {"allowlisted", "--kubernetes-version 1.22", somaxconn, Rule::not_allowlisted,
       "forbidden sysctl: \"net.core.somaxconn\" not allowlisted"},
      {"whitelisted", "--kubernetes-version 1.21", somaxconn, Rule::not_allowlisted,
       "forbidden sysctl: \"net.core.somaxconn\" not whitelisted"},
      {"listed", "--allowed-unsafe-sysctls net.core.somaxconn", somaxconn, Rule::not_allowlisted,
       nullptr},
      {"listed by pattern", "--allowed-unsafe-sysctls net.*", somaxconn, Rule::not_allowlisted,
       nullptr},
      {"keepalive before 1.29", "--kubernetes-version 1.28", keepalive, Rule::not_allowlisted,
       "forbidden sysctl: \"net.ipv4.tcp_keepalive_time\" not allowlisted"},
      {"keepalive from 1.29", "--kubernetes-version 1.29", keepalive, Rule::not_allowlisted,
       nullptr},
      {"keepalive on an old kernel", "--kubernetes-version 1.29 --kernel-version 4.4.0", keepalive,
       Rule::not_allowlisted, "forbidden sysctl: \"net.ipv4.tcp_keepalive_time\" not allowlisted"},
      {"rmem before 1.32", "--kubernetes-version 1.31", rmem, Rule::not_allowlisted,
       "forbidden sysctl: \"net.ipv4.tcp_rmem\" not allowlisted"},
      {"rmem from 1.32", "--kubernetes-version 1.32", rmem, Rule::not_allowlisted, nullptr},
      {"lowat before 1.37", "--kubernetes-version 1.36", lowat, Rule::not_allowlisted,
       "forbidden sysctl: \"net.ipv4.tcp_notsent_lowat\" not allowlisted"},
      {"lowat from 1.37", "--kubernetes-version 1.37", lowat, Rule::not_allowlisted, nullptr},
      {"slash before 1.25", "--kubernetes-version 1.24", shm_slash, Rule::slash_too_early,
       "spec.securityContext.sysctls[0].name: Invalid value: \"kernel/shm_rmid_forced\": must have "
       "at most 253 characters and match regex ([a-z0-9]"},
      {"slash from 1.25", "--kubernetes-version 1.25", shm_slash, Rule::slash_too_early, nullptr},
      {"capitals", "", pod_with({{"net.ipv4.conf.Eth0.rp_filter", "\"0\""}}), Rule::invalid_name,
       "spec.securityContext.sysctls[0].name: Invalid value: \"net.ipv4.conf.Eth0.rp_filter\": "
       "must "
       "have at most 253 characters and match regex ^"},
      {"no name", "",
       "apiVersion: v1\nkind: Pod\nspec:\n  securityContext:\n    sysctls:\n    - "
       "value: \"1\"\n",
       Rule::invalid_name, "spec.securityContext.sysctls[0].name: Required value"},
      {"duplicate", "",
       pod_with({{"kernel.shm_rmid_forced", "\"1\""}, {"kernel.shm_rmid_forced", "\"1\""}}),
       Rule::duplicate_name,
       "spec.securityContext.sysctls[1].name: Duplicate value: \"kernel.shm_rmid_forced\""},
      {"host network before 1.29", "--kubernetes-version 1.28", host, Rule::host_namespace,
       "forbidden sysctl: \"net.ipv4.tcp_syncookies\" not allowed with host net enabled"},
      {"host network from 1.29", "--kubernetes-version 1.29", host, Rule::host_namespace,
       "spec.securityContext.sysctls[0].name: Invalid value: \"net.ipv4.tcp_syncookies\": may not "
       "be specified when 'hostNetwork' is true"},
      {"an ipc sysctl with the host's network", "",
       pod_with({{"kernel.shm_rmid_forced", "\"1\""}}, kHostNet), Rule::host_namespace, nullptr},
      {"pod security by the raw name", "--pod-security baseline:1.29", shm_slash,
       Rule::pod_security,
       "violates PodSecurity \"baseline:v1.29\": forbidden sysctls (kernel/shm_rmid_forced)"},
      {"the newer field", "--kubernetes-version 1.10", somaxconn, Rule::field_too_new,
       "Kubernetes 1.10 does not know spec.securityContext.sysctls"},
      {"windows", "", pod_with({{"kernel.shm_rmid_forced", "\"1\""}}, "  os: {name: windows}\n"),
       Rule::windows_pod,
       "spec.securityContext.sysctls: Forbidden: cannot be set for a windows pod"},
  };
}

TEST(Kubernetes, SaysWhatUpstreamSays) {
  for (const Case& row : cases()) {
    const auto findings = findings_in(row.text, options_from(row.flags));
    const Finding* const found = find_rule(findings, row.rule);
    if (row.message == nullptr) {
      EXPECT_EQ(found, nullptr) << row.name;
    } else {
      ASSERT_NE(found, nullptr) << row.name << ": " << rules_in(findings);
      EXPECT_THAT(found->message, StartsWith(row.message)) << row.name;
      EXPECT_FALSE(found->hint.empty()) << row.name;
    }
  }
}

TEST(Kubernetes, TheContractOfAFinding) {
  const auto findings = findings_in(pod_with({{"net.core.somaxconn", "\"1024\""}}));
  ASSERT_EQ(rules_in(findings), "PSC101");
  const Finding& found = findings.front();
  EXPECT_EQ(found.severity, Severity::error);
  EXPECT_EQ(found.line, 7U);
  EXPECT_EQ(found.column, 13U);
  EXPECT_EQ(found.kind, "Pod");
  EXPECT_EQ(found.namespace_, "shop");
  EXPECT_EQ(found.name, "web");
  EXPECT_EQ(found.path, "spec.securityContext.sysctls[0].name");
  EXPECT_EQ(found.sysctl, "net.core.somaxconn");
  EXPECT_EQ(found.hint, "allow it on this node with --allowed-unsafe-sysctls 'net.core.somaxconn'");
}

TEST(Kubernetes, EveryKindOfTemplateIsFound) {
  struct Kind {
    const char* kind;
    const char* path;
  };
  constexpr Kind kKinds[] = {
      {"PodTemplate", "template"},
      {"Deployment", "spec.template"},
      {"ReplicaSet", "spec.template"},
      {"ReplicationController", "spec.template"},
      {"StatefulSet", "spec.template"},
      {"DaemonSet", "spec.template"},
      {"Job", "spec.template"},
      {"CronJob", "spec.jobTemplate.spec.template"},
      {"Rollout", "spec.template"},
      {"Elasticsearch", "spec.nodeSets[0].podTemplate"},
      {"Cluster", "spec.groups.workers.template"},
  };
  for (const Kind& row : kKinds) {
    std::string text = fmt::format("apiVersion: v1\nkind: {}\nmetadata: {{name: a}}\n", row.kind);
    std::string closing;
    for (const std::string_view part : split(row.path, '.')) {
      const bool list = part.ends_with("[0]");
      text += fmt::format("{}: {}", part.substr(0, part.find('[')), list ? "[{" : "{");
      closing.insert(0, list ? "}]" : "}");
    }
    text +=
        "spec: {securityContext: {sysctls: [{name: kernel.msgmax, value: \"8192\"}]}}" + closing;
    const auto findings = findings_in(text);
    const Finding* const found = find_rule(findings, Rule::not_allowlisted);
    ASSERT_NE(found, nullptr) << text << rules_in(findings);
    EXPECT_EQ(found->path, fmt::format("{}.spec.securityContext.sysctls[0].name", row.path));
    EXPECT_EQ(found->kind, row.kind);
  }
}

TEST(Kubernetes, RejectedPodsOfAControllerAreReplacedWithoutEnd) {
  const auto text = [](std::string_view kind) {
    return fmt::format(
        "apiVersion: apps/v1\nkind: {}\nmetadata: {{name: a}}\nspec: {{template: {{spec: "
        "{{securityContext: {{sysctls: [{{name: kernel.msgmax, value: \"8192\"}}]}}}}}}}}\n",
        kind);
  };
  for (const char* const kind : {"Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"}) {
    EXPECT_EQ(rules_in(text(kind)), "PSC101 PSC505") << kind;
  }
  EXPECT_EQ(rules_in(text("Job")), "PSC101");
}

TEST(Kubernetes, Annotations) {
  const auto annotated = [](std::string_view key, std::string_view value) {
    return fmt::format(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  annotations:\n    {}: "
        "\"{}\"\nspec: {{}}\n",
        key, value);
  };
  const std::string safe = "security.alpha.kubernetes.io/sysctls";
  const std::string all = "security.alpha.kubernetes.io/unsafe-sysctls";
  ContextOptions old{.kubernetes_version = "1.10"};
  const auto ignored = findings_in(annotated(all, "net.core.somaxconn=65535"));
  ASSERT_EQ(rules_in(ignored), "PSC109");
  EXPECT_EQ(ignored.front().line, 6U);
  EXPECT_EQ(ignored.front().path, fmt::format("metadata.annotations[{}]", all));
  EXPECT_EQ(ignored.front().hint,
            "write spec.securityContext.sysctls: [{name: net.core.somaxconn, value: \"65535\"}]");
  EXPECT_EQ(rules_in(annotated(safe, "")), "");
  EXPECT_EQ(rules_in(annotated(safe, "garbage")), "PSC109");

  EXPECT_EQ(rules_in(annotated(safe, "net.ipv4.tcp_syncookies=1"), old), "");
  EXPECT_EQ(rules_in(annotated(safe, "net.core.somaxconn=1024"), old), "PSC101");
  EXPECT_EQ(rules_in(annotated(all, "net.core.somaxconn=1024"), old), "PSC101");
  old.allowed_unsafe_sysctls = {"net.*"};
  EXPECT_EQ(rules_in(annotated(all, "net.core.somaxconn=1024"), old), "");
  EXPECT_EQ(rules_in(annotated(safe, "net.core.somaxconn=1024"), old), "PSC101");
  const auto broken = findings_in(annotated(safe, "net.ipv4.tcp_syncookies"), old);
  ASSERT_EQ(rules_in(broken), "PSC108");
  EXPECT_THAT(broken.front().message,
              HasSubstr("sysctl \"net.ipv4.tcp_syncookies\" not of the format sysctl_name=value"));
}

TEST(Kubernetes, EntriesOfAnotherForm) {
  const auto listed = [](std::string_view list) {
    return fmt::format("apiVersion: v1\nkind: Pod\nspec: {{securityContext: {{sysctls: {}}}}}\n",
                       list);
  };
  EXPECT_EQ(rules_in(listed("{a: b}")), "PSC116");
  EXPECT_EQ(rules_in(listed("[kernel.msgmax]")), "PSC116");
  EXPECT_EQ(rules_in(listed("[{name: 5, value: \"1\"}]")), "PSC116");
  EXPECT_EQ(rules_in(listed("[{name: \"\", value: \"1\"}]")), "PSC102");
  EXPECT_EQ(rules_in(listed("[]")), "");
  EXPECT_EQ(rules_in(listed("null")), "");
}

}  // namespace
}  // namespace podsysctl::check
