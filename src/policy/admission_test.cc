// SPDX-License-Identifier: Apache-2.0
#include "policy/admission.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/alpha_annotations.h"
#include "policy/test_support.h"

namespace podsysctl::policy {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr HostNamespaces kOwn{};
constexpr HostNamespaces kHostNet{NamespaceMode::host, NamespaceMode::pod};
constexpr HostNamespaces kHostIpc{NamespaceMode::pod, NamespaceMode::host};
constexpr HostNamespaces kHostBoth{NamespaceMode::host, NamespaceMode::host};

Verdict judge(std::string_view name, const Allowlist& list, const HostNamespaces& host = kOwn) {
  return admit_name(name, AskedBy::field, list, host);
}

sysctl::Setting setting(std::string_view name,
                        sysctl::Origin::Kind kind = sysctl::Origin::Kind::manifest,
                        std::string source = "pod.yaml") {
  return {sysctl::SysctlKey::parse(name).value(), "1", {kind, std::move(source), 1, 1}, ""};
}

TEST(Admission, TheContractsExample) {
  const Verdict verdict = judge("net.core.somaxconn", allowlist(37));
  EXPECT_FALSE(verdict.is_allowed());
  EXPECT_EQ(verdict.reason(), "SysctlForbidden");
  EXPECT_EQ(verdict.message(), "forbidden sysctl: \"net.core.somaxconn\" not allowlisted");
  EXPECT_EQ(verdict.hint(),
            "allow it on this node with --allowed-unsafe-sysctls 'net.core.somaxconn'");
  EXPECT_EQ(to_text(verdict),
            "SysctlForbidden: forbidden sysctl: \"net.core.somaxconn\" not allowlisted\n"
            "hint: allow it on this node with --allowed-unsafe-sysctls 'net.core.somaxconn'");
}

TEST(Admission, WordingByVersion) {
  for (unsigned minor_number = 4; minor_number <= 37; ++minor_number) {
    const Allowlist list = allowlist(minor_number, {"net.*", "kernel.msg*"});
    EXPECT_EQ(judge("kernel.sem", list).message(),
              minor_number <= 21 ? "forbidden sysctl: \"kernel.sem\" not whitelisted"
                                 : "forbidden sysctl: \"kernel.sem\" not allowlisted");
    EXPECT_EQ(judge("net.core.somaxconn", list, kHostNet).message(),
              minor_number <= 28
                  ? "forbidden sysctl: \"net.core.somaxconn\" not allowed with host net enabled"
                  : "forbidden sysctl: \"net.core.somaxconn\" not allowed with host Net enabled");
    EXPECT_EQ(judge("kernel.msgmax", list, kHostIpc).message(),
              minor_number <= 28
                  ? "forbidden sysctl: \"kernel.msgmax\" not allowed with host ipc enabled"
                  : "forbidden sysctl: \"kernel.msgmax\" not allowed with host IPC enabled");
  }
}

TEST(Admission, OnlyTheOwningNamespaceCounts) {
  const Allowlist list = allowlist(37, {"net.*", "kernel.msg*", "fs.mqueue.*"});
  EXPECT_TRUE(judge("net.core.somaxconn", list, kHostIpc).is_allowed());
  EXPECT_TRUE(judge("kernel.msgmax", list, kHostNet).is_allowed());
  EXPECT_TRUE(judge("fs.mqueue.msg_max", list, kHostNet).is_allowed());
  EXPECT_FALSE(judge("fs.mqueue.msg_max", list, kHostIpc).is_allowed());
  EXPECT_FALSE(judge("kernel.shm_rmid_forced", list, kHostIpc).is_allowed());
  EXPECT_FALSE(judge("net.ipv4.tcp_syncookies", list, kHostBoth).is_allowed());
}

TEST(Admission, NotListedBeatsHostNamespace) {
  EXPECT_EQ(judge("net.core.somaxconn", allowlist(37), kHostNet).message(),
            "forbidden sysctl: \"net.core.somaxconn\" not allowlisted");
}

TEST(Admission, HostNamespaceHints) {
  const Allowlist list = allowlist(37, {"net.*"});
  EXPECT_EQ(judge("net.core.somaxconn", list, kHostNet).hint(),
            "drop hostNetwork or this sysctl: the pod shares the host's network namespace, and the "
            "host's value must not change");
  EXPECT_EQ(judge("kernel.shm_rmid_forced", list, kHostIpc).hint(),
            "drop hostIPC or this sysctl: the pod shares the host's IPC namespace, and the host's "
            "value must not change");
}

TEST(Admission, SafeSysctlsByVersion) {
  EXPECT_FALSE(judge("net.ipv4.tcp_rmem", allowlist(31)).is_allowed());
  const Verdict verdict = judge("net.ipv4.tcp_rmem", allowlist(32));
  EXPECT_TRUE(verdict.is_allowed());
  EXPECT_EQ(verdict.message(), "safe in Kubernetes 1.32");
  EXPECT_EQ(verdict.reason(), "");
  EXPECT_EQ(verdict.hint(), "");
  EXPECT_EQ(judge("net.core.somaxconn", allowlist(32, {"net.core.*"})).message(),
            "--allowed-unsafe-sysctls 'net.core.*'");
}

TEST(Admission, SpellingByVersion) {
  // Before 1.23 a name counts as written; afterwards the normalised one is compared and printed.
  const Verdict old = judge("kernel/shm_rmid_forced", allowlist(22));
  EXPECT_EQ(old.message(), "forbidden sysctl: \"kernel/shm_rmid_forced\" not allowlisted");
  EXPECT_EQ(old.hint(),
            "write it as kernel.shm_rmid_forced: Kubernetes before 1.23 takes no '/' for a "
            "separator");
  EXPECT_TRUE(judge("kernel/shm_rmid_forced", allowlist(23)).is_allowed());
  const Verdict printed = judge("net/ipv4/conf/eno2.100/rp_filter", allowlist(23));
  EXPECT_EQ(printed.message(),
            "forbidden sysctl: \"net.ipv4.conf.eno2/100.rp_filter\" not allowlisted");
  EXPECT_EQ(printed.hint(),
            "allow it on this node with --allowed-unsafe-sysctls "
            "'net.ipv4.conf.eno2/100.rp_filter'");
  EXPECT_EQ(printed.name(), "net.ipv4.conf.eno2/100.rp_filter");
}

TEST(Admission, PrefixesAdmitWhatNoMapKnows) {
  EXPECT_TRUE(judge("kernel.msgnope", allowlist(28, {"kernel.msg*"})).is_allowed());
  EXPECT_TRUE(judge("kernel.msgnope", allowlist(29, {"kernel.msg*"})).is_allowed());
  EXPECT_FALSE(judge("kernel.msgnope", allowlist(29, {"kernel.msg*"}), kHostIpc).is_allowed());
  EXPECT_TRUE(judge("kernel.semtex", allowlist(37, {"kernel.sem*"})).is_allowed());
}

TEST(Admission, HintsThatNeverNameTheFlag) {
  struct Case {
    std::string_view name;
    std::string_view hint;
  };
  for (const Case& row :
       {Case{"vm.swappiness",
             "vm.swappiness belongs to the node, all pods share it: set it on the node itself"},
        Case{"kernel.core_pattern",
             "kernel.core_pattern belongs to the node, all pods share it: set it on the node "
             "itself"},
        Case{"kernel.msgnope",
             "kernel.msgnope belongs to the node, all pods share it: set it on the node itself"},
        Case{"fs.file-max",
             "fs.file-max belongs to the node, all pods share it: set it on the node itself"},
        Case{"vm/swappiness",
             "vm.swappiness belongs to the node, all pods share it: set it on the node itself"},
        Case{"kernel.domainname",
             "kernel.domainname belongs to the uts namespace, and no Kubernetes allowlist knows "
             "more than net and ipc: remove it"},
        Case{"user.max_user_namespaces",
             "user.max_user_namespaces belongs to the user namespace, and no Kubernetes allowlist "
             "knows more than net and ipc: remove it"}}) {
    for (const unsigned minor_number : {4U, 22U, 28U, 29U, 37U}) {
      const Verdict verdict = judge(row.name, allowlist(minor_number));
      EXPECT_FALSE(verdict.is_allowed());
      EXPECT_EQ(verdict.hint(), row.hint) << minor_number;
      EXPECT_THAT(verdict.hint(), Not(HasSubstr("sysctls")));
    }
  }
}

TEST(Admission, HintsThatNameTheFlagWork) {
  for (const unsigned minor_number : {4U, 22U, 23U, 28U, 29U, 37U}) {
    for (const std::string_view name :
         {"net.core.somaxconn", "kernel.msgmax", "kernel.sem", "fs.mqueue.msg_max",
          "net.ipv4.conf.Eth0.forwarding", "net.ipv4.conf.eth0@if5.forwarding",
          "net.ipv4.conf.eth0/100.forwarding", "net.X"}) {
      const std::string hint = judge(name, allowlist(minor_number)).hint();
      ASSERT_THAT(hint, testing::StartsWith("allow it on this node with ")) << name;
      const std::size_t open = hint.find('\'');
      const std::string pattern = hint.substr(open + 1, hint.find('\'', open + 1) - open - 1);
      const auto list = try_allowlist(minor_number, {pattern});
      ASSERT_TRUE(list) << list.error().message;
      EXPECT_TRUE(judge(name, *list).is_allowed()) << hint;
    }
  }
  EXPECT_EQ(judge("net.ipv4.conf.Eth0.forwarding", allowlist(37)).hint(),
            "allow it on this node with --allowed-unsafe-sysctls 'net.ipv4.conf.*'");
  EXPECT_EQ(judge("kernel.sem", allowlist(10)).hint(),
            "allow it on this node with --experimental-allowed-unsafe-sysctls 'kernel.sem'");
}

TEST(Admission, HintsTellWhereItIsSafe) {
  EXPECT_EQ(judge("net.ipv4.tcp_rmem", allowlist(31)).hint(),
            "allow it on this node with --allowed-unsafe-sysctls 'net.ipv4.tcp_rmem' (Kubernetes "
            "1.32 and later allow it without)");
  EXPECT_EQ(judge("net.ipv4.tcp_rmem", allowlist(32, {}, "4.14.336")).hint(),
            "allow it on this node with --allowed-unsafe-sysctls 'net.ipv4.tcp_rmem' (allowed "
            "without from Linux 4.15 on; this node's kernel is 4.14.336)");
  EXPECT_EQ(judge("net.ipv4.tcp_rmem", allowlist(32, {}, "unreadable")).hint(),
            "allow it on this node with --allowed-unsafe-sysctls 'net.ipv4.tcp_rmem' (allowed "
            "without from Linux 4.15 on; this node's kernel version is not known)");
}

TEST(Admission, NamesThatNoKeyCanHold) {
  const Verdict verdict = judge("net/../kernel/core_pattern", allowlist(37));
  EXPECT_EQ(verdict.message(), "forbidden sysctl: \"net.//.kernel.core_pattern\" not allowlisted");
  EXPECT_THAT(verdict.hint(), HasSubstr("invalid sysctl name"));
  EXPECT_EQ(judge("a\"\n\xff", allowlist(37)).message(),
            R"(forbidden sysctl: "a\"\n\xff" not allowlisted)");
}

TEST(Admission, TheSysctlsAnnotationUsesTheSafeListOnly) {
  const HostNamespaces host = kOwn;
  for (const unsigned minor_number : {4U, 10U, 11U, 37U}) {
    const Allowlist list = allowlist(minor_number, {"net.*"});
    EXPECT_TRUE(admit_name("net.ipv4.tcp_syncookies", AskedBy::sysctls_annotation, list, host)
                    .is_allowed());
    EXPECT_FALSE(
        admit_name("net.core.somaxconn", AskedBy::sysctls_annotation, list, host).is_allowed());
    EXPECT_TRUE(admit_name("net.core.somaxconn", AskedBy::unsafe_sysctls_annotation, list, host)
                    .is_allowed());
    EXPECT_TRUE(
        admit_name("net.ipv4.tcp_syncookies", AskedBy::unsafe_sysctls_annotation, list, host)
            .is_allowed());
  }
  const auto hint = [&](unsigned minor_number, const std::vector<std::string>& patterns) {
    return admit_name("net.core.somaxconn", AskedBy::sysctls_annotation,
                      allowlist(minor_number, patterns), host)
        .hint();
  };
  EXPECT_EQ(hint(10, {"net.*"}),
            "the annotation security.alpha.kubernetes.io/sysctls takes safe sysctls only: move it "
            "to the annotation security.alpha.kubernetes.io/unsafe-sysctls");
  EXPECT_EQ(hint(11, {"net.*"}),
            "the annotation security.alpha.kubernetes.io/sysctls takes safe sysctls only: move it "
            "to spec.securityContext.sysctls");
  EXPECT_EQ(hint(37, {}),
            "allow it on this node with --allowed-unsafe-sysctls 'net.core.somaxconn', and move it "
            "to spec.securityContext.sysctls");
}

TEST(Admission, SettingsAreJudgedByKeyAndOrigin) {
  using Kind = sysctl::Origin::Kind;
  const Allowlist list = allowlist(22, {"net.*"});
  const std::vector<sysctl::Setting> settings = {
      setting("net/core/somaxconn", Kind::flag, ""),
      setting("net.core.somaxconn", Kind::manifest, "pod.yaml"),
      setting("net.core.somaxconn", Kind::annotation, std::string(kSysctlsAnnotation)),
      setting("net.core.somaxconn", Kind::annotation,
              "annotation " + std::string(kSysctlsAnnotation)),
      setting("net.core.somaxconn", Kind::annotation, std::string(kUnsafeSysctlsAnnotation)),
      setting("vm.swappiness", Kind::profile, "tuned")};
  std::vector<bool> allowed;
  for (const Verdict& verdict : admit(settings, list, kOwn)) {
    allowed.push_back(verdict.is_allowed());
  }
  EXPECT_THAT(allowed, testing::ElementsAre(true, true, false, false, true, false));
}

TEST(Admission, SettingsAreJudgedAsWrittenWhereThatIsKnown) {
  std::vector<sysctl::Setting> settings(2, setting("kernel.shm_rmid_forced"));
  settings[0].spelling = "kernel/shm_rmid_forced";
  const std::vector<Verdict> old = admit(settings, allowlist(22), kOwn);
  ASSERT_EQ(old.size(), 2U);
  EXPECT_EQ(old[0].message(), "forbidden sysctl: \"kernel/shm_rmid_forced\" not allowlisted");
  EXPECT_TRUE(old[1].is_allowed());
  EXPECT_TRUE(admit(settings, allowlist(23), kOwn)[0].is_allowed());
}

TEST(Admission, ListsEveryOffenderTheKubeletsFirst) {
  const std::vector<sysctl::Setting> sysctls = {
      setting("kernel.shm_rmid_forced"), setting("vm/swappiness"), setting("net.core.somaxconn"),
      setting("net.ipv4.tcp_syncookies")};
  const std::vector<Verdict> verdicts = admit(sysctls, allowlist(37), kHostNet);
  ASSERT_EQ(verdicts.size(), 4U);
  EXPECT_TRUE(verdicts[0].is_allowed());
  const auto rejection = rejection_of(verdicts, kube(37));
  ASSERT_TRUE(rejection);
  EXPECT_EQ(rejection->reason, "SysctlForbidden");
  EXPECT_EQ(rejection->message, "forbidden sysctl: \"vm.swappiness\" not allowlisted");
  EXPECT_EQ(rejection->status_message,
            "Pod was rejected: forbidden sysctl: \"vm.swappiness\" not allowlisted");
  ASSERT_EQ(rejection->offenders.size(), 3U);
  EXPECT_EQ(rejection->offenders[1].message(),
            "forbidden sysctl: \"net.core.somaxconn\" not allowlisted");
  EXPECT_EQ(rejection->offenders[2].message(),
            "forbidden sysctl: \"net.ipv4.tcp_syncookies\" not allowed with host Net enabled");
}

TEST(Admission, NothingToRejectWithoutOffenders) {
  EXPECT_TRUE(admit({}, allowlist(37), kHostBoth).empty());
  EXPECT_FALSE(rejection_of({}, kube(37)));
  const std::vector<sysctl::Setting> safe = {setting("kernel.shm_rmid_forced")};
  EXPECT_FALSE(rejection_of(admit(safe, allowlist(37), kOwn), kube(37)));
}

TEST(Admission, StatusMessageByVersion) {
  for (unsigned minor_number = 4; minor_number <= 37; ++minor_number) {
    EXPECT_EQ(status_message("forbidden sysctl: \"x\" not allowlisted", kube(minor_number)),
              minor_number <= 25 ? "Pod forbidden sysctl: \"x\" not allowlisted"
                                 : "Pod was rejected: forbidden sysctl: \"x\" not allowlisted");
  }
}

}  // namespace
}  // namespace podsysctl::policy
