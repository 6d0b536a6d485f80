// SPDX-License-Identifier: Apache-2.0
#include "rules/decide.h"

#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/conf_text.h"
#include "rules/test_support.h"

namespace podsysctl::rules {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr auto kVersion = policy::KubernetesVersion::newest();

class Decide : public ::testing::Test {
 protected:
  Decide() : safe_(policy::Allowlist::create(kVersion, {}, policy::KernelVersion(6, 1)).value()) {}

  [[nodiscard]] Decision decision() const {
    return decide(pod, set_of(rules), {safe_, sysctl::KernelVersion{6, 1, 0}, defaults});
  }
  // "key=value" of what is put into effect.
  [[nodiscard]] std::vector<std::string> given() const {
    std::vector<std::string> texts;
    for (const sysctl::Setting& setting : decision().settings()) {
      texts.push_back(setting.key.name() + "=" + setting.value);
    }
    return texts;
  }
  [[nodiscard]] std::string first_offence() const {
    const Decision made = decision();
    return made.offences.empty() ? "" : to_text(made.offences.front());
  }
  void ask(std::string_view text) { pod.annotations[std::string(kConfAnnotation)] = text; }
  void name_profile(std::string_view name) {
    pod.annotations[std::string(kProfileAnnotation)] = name;
  }
  static sysctl::Setting setting(const char* key, const char* value, sysctl::Origin::Kind kind) {
    return {key_of(key), value, {.kind = kind}, ""};
  }

  policy::Allowlist safe_;
  std::string rules;
  PodFacts pod;
  std::vector<sysctl::Setting> defaults;
};

TEST_F(Decide, WithoutAPolicyOnlyTheSafeListHolds) {
  ask("net.ipv4.tcp_syncookies = 1");
  EXPECT_THAT(given(), ElementsAre("net.ipv4.tcp_syncookies=1"));
  ask("net.core.somaxconn = 1024");
  EXPECT_THAT(given(), IsEmpty());
  EXPECT_THAT(first_offence(),
              StartsWith("SysctlForbidden: forbidden sysctl: \"net.core.somaxconn\" not allowlisted"
                         "\nhint: no SysctlPolicy matches the pod"));
  const auto rejection = decision().rejection(kVersion);
  ASSERT_TRUE(rejection.has_value());
  EXPECT_EQ(rejection->reason, "SysctlForbidden");
}

TEST_F(Decide, APolicyAllowsKeysWithinBounds) {
  rules = policy_text("web",
                      "  match: {namespaces: [default]}\n"
                      "  allowed: [{name: net.core.somaxconn, min: 128, max: 4096}]\n");
  ask("net.core.somaxconn = 1024");
  EXPECT_THAT(given(), ElementsAre("net.core.somaxconn=1024"));
  EXPECT_EQ(decision().judged.at(0).verdict.message(),
            "SysctlPolicy web: net.core.somaxconn, 128 to 4096");
  ask("net.core.somaxconn = 5000");
  EXPECT_EQ(first_offence(),
            "SysctlForbidden: forbidden sysctl: \"net.core.somaxconn\" 5000 is above the maximum "
            "4096 of SysctlPolicy web\n"
            "hint: SysctlPolicy web (p.yaml:2) allows 128 to 4096 of net.core.somaxconn");
  pod.namespace_ = "other";
  EXPECT_THAT(first_offence(), HasSubstr("not allowlisted"));
}

TEST_F(Decide, GrantsOfSeveralPoliciesAddUpAndDenialsWin) {
  rules = policy_text("a", "  match: {}\n  allowed: [{name: net.core.*, max: 100}]\n") +
          policy_text("b", "  match: {}\n  allowed: [{name: net.core.somaxconn, max: 2000}]\n");
  ask("net.core.somaxconn = 1024");
  EXPECT_THAT(given(), ElementsAre("net.core.somaxconn=1024"));
  rules += policy_text("c", "  match: {}\n  denied: ['net.core.som*']\n");
  EXPECT_THAT(given(), IsEmpty());
  EXPECT_THAT(first_offence(), HasSubstr("\"net.core.somaxconn\" is denied by SysctlPolicy c"));
}

TEST_F(Decide, DenialsHoldForSafeKeysAndWhereTheMatchIsNotKnown) {
  rules =
      policy_text("deny", "  match: {images: ['evil/*']}\n  denied: [net.ipv4.tcp_syncookies]\n");
  ask("net.ipv4.tcp_syncookies = 1");
  EXPECT_THAT(first_offence(), HasSubstr("is denied by SysctlPolicy deny"));
  EXPECT_TRUE(decision().unknown_matches);
  pod.images = std::vector<std::string>{"nginx"};
  EXPECT_THAT(given(), ElementsAre("net.ipv4.tcp_syncookies=1"));
}

TEST_F(Decide, GrantsDoNotHoldWhereTheMatchIsNotKnown) {
  rules = policy_text("allow",
                      "  match: {podSelector: {matchLabels: {app: web}}}\n"
                      "  allowed: [{name: net.core.somaxconn}]\n");
  ask("net.core.somaxconn = 1024");
  EXPECT_THAT(given(), IsEmpty());
  pod.labels = Labels{{"app", "web"}};
  EXPECT_THAT(given(), ElementsAre("net.core.somaxconn=1024"));
}

TEST_F(Decide, AnEntryForASafeKeyBoundsIt) {
  rules =
      policy_text("web", "  match: {}\n  allowed: [{name: net.ipv4.tcp_fin_timeout, min: 5}]\n");
  ask("net.ipv4.tcp_fin_timeout = 1");
  EXPECT_THAT(first_offence(), HasSubstr("1 is below the minimum 5 of SysctlPolicy web"));
}

TEST_F(Decide, NoPolicyAllowsWhatIsTheNodes) {
  rules = policy_text("all", "  match: {}\n  allowed: [{name: '*'}]\n");
  for (const char* key : {"vm.swappiness", "kernel.core_pattern", "net.core.dev_weight",
                          "fs.file-max", "kernel.hostname"}) {
    ask(std::string(key) + " = 1");
    EXPECT_THAT(first_offence(), HasSubstr("cannot be given to a pod")) << key;
  }
  ask("user.max_user_namespaces = 1");
  EXPECT_THAT(first_offence(), HasSubstr("belongs to the user namespace, which is the host's"));
}

TEST_F(Decide, NoPolicyAllowsWhatLeaks) {
  rules = policy_text("all", "  match: {}\n  allowed: [{name: '*'}]\n");
  ask("net.netfilter.nf_conntrack_max = 1000");
  const PolicySet set = set_of(rules);
  const Decision old = decide(pod, set, {safe_, sysctl::KernelVersion{5, 10, 0}, {}});
  ASSERT_EQ(old.offences.size(), 1U);
  EXPECT_THAT(old.offences[0].message(),
              testing::AnyOf(HasSubstr("leaks to the host"), HasSubstr("cannot be given")));
}

TEST_F(Decide, SharedNamespacesAreTheHosts) {
  rules = policy_text("all", "  match: {}\n  allowed: [{name: '*'}]\n");
  pod.host.net = policy::NamespaceMode::host;
  ask("net.core.somaxconn = 1\n");
  EXPECT_THAT(first_offence(), HasSubstr("not allowed with host Net enabled"));
  ask("kernel.domainname = a\n");
  EXPECT_THAT(first_offence(), HasSubstr("not allowed with host Net enabled"));
  ask("kernel.msgmax = 8192\n");
  EXPECT_THAT(given(), ElementsAre("kernel.msgmax=8192"));
  pod.host.ipc = policy::NamespaceMode::host;
  EXPECT_THAT(first_offence(), HasSubstr("not allowed with host IPC enabled"));
}

TEST_F(Decide, ThePodsOwnWishComesFirst) {
  rules = policy_text("all", "  match: {}\n  allowed: [{name: net.*}]\n") +
          profile_text("named",
                       "  settings:\n"
                       "    - {name: net.core.somaxconn, value: '2'}\n"
                       "    - {name: net.ipv4.tcp_retries2, value: '2'}\n") +
          profile_text("chosen",
                       "  match: {}\n  settings:\n"
                       "    - {name: net.core.somaxconn, value: '3'}\n"
                       "    - {name: net.ipv4.tcp_retries2, value: '3'}\n"
                       "    - {name: net.ipv4.tcp_retries1, value: '3'}\n");
  defaults = {setting("net.ipv4.tcp_retries1", "4", sysctl::Origin::Kind::node_default),
              setting("net.ipv4.tcp_orphan_retries", "4", sysctl::Origin::Kind::node_default)};
  ask("net.core.somaxconn = 1");
  name_profile("named");
  EXPECT_THAT(given(), ElementsAre("net.core.somaxconn=1", "net.ipv4.tcp_retries2=2",
                                   "net.ipv4.tcp_retries1=3", "net.ipv4.tcp_orphan_retries=4"));
  const Decision made = decision();
  EXPECT_EQ(made.judged.size(), 8U);
  EXPECT_EQ(made.judged[1].fate, Fate::overridden);
  EXPECT_EQ(made.judged[1].verdict.message(), "overridden by podsysctl.io/sysctls:1:1");
  EXPECT_EQ(made.judged[5].setting.origin.kind, sysctl::Origin::Kind::selected_profile);
  EXPECT_THAT(made.offences, IsEmpty());
}

TEST_F(Decide, AForbiddenWishGivesWayToTheNext) {
  rules = policy_text("some",
                      "  match: {}\n  allowed: [{name: net.core.somaxconn, max: 500}]\n"
                      "  onForbidden: Degrade\n") +
          profile_text("chosen",
                       "  match: {}\n  settings:\n"
                       "    - {name: net.core.somaxconn, value: '400'}\n");
  ask("net.core.somaxconn = 1000");
  EXPECT_THAT(given(), ElementsAre("net.core.somaxconn=400"));
  EXPECT_EQ(decision().offences.size(), 1U);
  EXPECT_FALSE(decision().rejection(kVersion).has_value());
  EXPECT_EQ(decision().on_forbidden, OnForbidden::degrade);
}

TEST_F(Decide, OnlyItsOwnWishesHaveAPodRejected) {
  rules = profile_text("chosen",
                       "  match: {}\n  settings:\n"
                       "    - {name: net.core.somaxconn, value: '400'}\n");
  EXPECT_THAT(given(), IsEmpty());
  EXPECT_THAT(decision().offences, IsEmpty());
  EXPECT_EQ(decision().judged.at(0).fate, Fate::left_out);
  name_profile("chosen");
  EXPECT_TRUE(decision().rejection(kVersion).has_value());
}

TEST_F(Decide, TheStrictestModeHolds) {
  rules = policy_text("a", "  match: {}\n  onForbidden: Warn\n");
  EXPECT_EQ(decision().on_forbidden, OnForbidden::warn);
  rules += policy_text("b", "  match: {}\n  onForbidden: Degrade\n");
  EXPECT_EQ(decision().on_forbidden, OnForbidden::degrade);
  rules += policy_text("c", "  match: {namespaces: [x]}\n");
  EXPECT_EQ(decision().on_forbidden, OnForbidden::degrade);
  rules += policy_text("d", "  match: {}\n");
  EXPECT_EQ(decision().on_forbidden, OnForbidden::degrade);
  rules += policy_text("e", "  match: {}\n  onForbidden: Reject\n");
  EXPECT_EQ(decision().on_forbidden, OnForbidden::reject);
}

TEST_F(Decide, DriftIsRepairedWhereAPolicySaysSo) {
  rules = policy_text("a", "  match: {}\n") +
          policy_text("b", "  match: {namespaces: [x]}\n  onDrift: Repair\n");
  EXPECT_EQ(decision().on_drift, std::nullopt);
  rules += policy_text("c", "  match: {}\n  onDrift: Report\n");
  EXPECT_EQ(decision().on_drift, OnDrift::report);
  rules += policy_text("d", "  match: {}\n  onDrift: Repair\n");
  EXPECT_EQ(decision().on_drift, OnDrift::repair);
}

TEST_F(Decide, ASourceMustBeHonoured) {
  rules = policy_text("field",
                      "  match: {}\n  allowed: [{name: net.core.*}]\n"
                      "  sources: [field]\n");
  ask("net.core.somaxconn = 1000");
  EXPECT_EQ(first_offence(),
            "SysctlForbidden: forbidden sysctl: \"net.core.somaxconn\" not allowed from the source "
            "annotation\nhint: SysctlPolicy field (p.yaml:2) allows it from field: move it there, "
            "or add annotation to its spec.sources");
  ask("net.ipv4.tcp_syncookies = 1");
  EXPECT_THAT(first_offence(), HasSubstr("not allowed from the source annotation"));
  ask("");
  pod.field = {setting("net.core.somaxconn", "7", sysctl::Origin::Kind::manifest)};
  EXPECT_THAT(given(), ElementsAre("net.core.somaxconn=7"));
}

TEST_F(Decide, TheAlphaAnnotationWorksAgainWhereAPolicySaysSo) {
  pod.annotations["security.alpha.kubernetes.io/unsafe-sysctls"] =
      "net.core.somaxconn=9,kernel.msgmax=1 2";
  EXPECT_THAT(given(), IsEmpty());
  EXPECT_THAT(decision().offences, IsEmpty());
  EXPECT_THAT(decision().notices, ElementsAre(HasSubstr("unsafe-sysctls is ignored")));
  rules = policy_text("old",
                      "  match: {}\n  allowed: [{name: net.core.*}]\n"
                      "  sources: [alphaAnnotation]\n  onForbidden: Warn\n");
  EXPECT_THAT(given(), ElementsAre("net.core.somaxconn=9"));
  EXPECT_THAT(first_offence(), HasSubstr("\"kernel.msgmax\" not allowlisted"));
  pod.annotations["security.alpha.kubernetes.io/unsafe-sysctls"] = "garbage";
  EXPECT_THAT(first_offence(), HasSubstr("InvalidSysctlAnnotation"));
}

TEST_F(Decide, AnAnnotationIsRefusedWhole) {
  ask("net.ipv4.tcp_syncookies = 1\nnonsense");
  EXPECT_THAT(given(), IsEmpty());
  EXPECT_EQ(first_offence(),
            "InvalidSysctlAnnotation: invalid podsysctl.io/sysctls annotation: line 2: "
            "\"nonsense\" is not of the form key = value\n"
            "hint: write one key = value a line, as in /etc/sysctl.conf");
}

TEST_F(Decide, ProfilesAreFoundByNameAlsoThoseThatAreBuiltIn) {
  name_profile("ngnix");
  EXPECT_THAT(first_offence(),
              HasSubstr("there is no profile \"ngnix\"\nhint: did you mean nginx?"));
  name_profile("nginx");
  rules = policy_text("all", "  match: {}\n  allowed: [{name: net.*}]\n");
  EXPECT_FALSE(given().empty());
  EXPECT_EQ(decision().judged.at(0).setting.origin.source, "built-in profile nginx");
}

TEST_F(Decide, TwoWishesOfThePodForOneKeyClash) {
  pod.field = {setting("net.ipv4.tcp_syncookies", "1", sysctl::Origin::Kind::manifest)};
  ask("net.ipv4.tcp_syncookies = 1");
  EXPECT_THAT(decision().offences, IsEmpty());
  ask("net.ipv4.tcp_syncookies = 0");
  EXPECT_THAT(first_offence(), HasSubstr("SysctlInvalid: net.ipv4.tcp_syncookies is asked for as "
                                         "\"1\" and as \"0\""));
}

TEST_F(Decide, ValuesAreChecked) {
  ask("net.ipv4.tcp_rmem = 5 4 3");
  EXPECT_THAT(first_offence(), HasSubstr("SysctlInvalid: invalid value \"5 4 3\""));
}

TEST_F(Decide, APairThatCannotHoldTogetherIsTheLaterOnesLoss) {
  rules = policy_text("all", "  match: {}\n  allowed: [{name: net.*}]\n") +
          profile_text("chosen",
                       "  match: {}\n  settings:\n"
                       "    - {name: net.ipv4.ip_local_port_range, value: 100 200}\n");
  ask("net.ipv4.ip_unprivileged_port_start = 1024");
  EXPECT_THAT(given(), ElementsAre("net.ipv4.ip_unprivileged_port_start=1024"));
  EXPECT_THAT(decision().offences, IsEmpty());
  ask("net.ipv4.ip_unprivileged_port_start = 1024\nnet.ipv4.ip_local_port_range = 100 200");
  EXPECT_EQ(decision().offences.size(), 2U);
}

TEST_F(Decide, DefaultsOfTheNodeNeedNobodysLeaveButBowToDenials) {
  defaults = {setting("net.core.somaxconn", "4", sysctl::Origin::Kind::node_default)};
  EXPECT_THAT(given(), ElementsAre("net.core.somaxconn=4"));
  rules = policy_text("deny", "  match: {}\n  denied: [net.core.somaxconn]\n");
  EXPECT_THAT(given(), IsEmpty());
  EXPECT_THAT(decision().offences, IsEmpty());
}

// It is called for every sandbox. A generous bound: CI machines are slow.
TEST_F(Decide, IsQuick) {
  for (int i = 0; i < 50; ++i) {
    rules += policy_text("p" + std::to_string(i),
                         "  match: {namespaces: ['team-" + std::to_string(i) +
                             "-*', default]}\n  allowed: [{name: net.core.*}, {name: "
                             "net.ipv4.tcp_*, max: 100000000}]\n");
  }
  ask("net.core.somaxconn = 1\nnet.ipv4.tcp_rmem = 1 2 3\nnet.ipv4.tcp_wmem = 1 2 3\n"
      "net.ipv4.tcp_retries1 = 1\nnet.ipv4.tcp_retries2 = 2\nnet.ipv4.tcp_fin_timeout = 3\n"
      "net.ipv4.tcp_keepalive_time = 3\nnet.ipv4.tcp_keepalive_intvl = 3\n"
      "net.ipv4.tcp_keepalive_probes = 3\nnet.ipv4.tcp_syncookies = 1\n");
  const PolicySet set = set_of(rules);
  const NodeFacts node{safe_, sysctl::KernelVersion{6, 1, 0}, {}};
  constexpr int kRounds = 100;
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < kRounds; ++i) {
    ASSERT_EQ(decide(pod, set, node).settings().size(), 10U);
  }
  const auto each = (std::chrono::steady_clock::now() - start) / kRounds;
  RecordProperty(
      "microseconds",
      static_cast<int>(std::chrono::duration_cast<std::chrono::microseconds>(each).count()));
  EXPECT_LT(each, std::chrono::milliseconds(10));
}

}  // namespace
}  // namespace podsysctl::rules
