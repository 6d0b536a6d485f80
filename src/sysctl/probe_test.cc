// SPDX-License-Identifier: Apache-2.0
#include "sysctl/probe.h"

#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "linux/file.h"
#include "linux/temporary_folder.h"
#include "sysctl/probe_cache.h"
#include "sysctl/probe_classify.h"
#include "sysctl/probe_leaks.h"
#include "sysctl/probe_trial.h"

namespace podsysctl::sysctl {
namespace {

using linux::SysctlAccess;
using testing::HasSubstr;

SysctlKey key_of(std::string_view name) { return SysctlKey::parse(name).value(); }

TEST(KernelVersion, IsReadFromReleaseOrBuild) {
  struct Case {
    std::string_view release;
    std::string_view build;
    std::optional<KernelVersion> wanted;
  };
  const std::vector<Case> cases{
      {"6.18.44-fc-v769", "#1 SMP", KernelVersion{6, 18, 44}},
      {"5.10.0-46-cloud-amd64", "#1 SMP Debian 5.10.262-1 (2026-10-01)", KernelVersion{5, 10, 262}},
      {"6.12.117+deb13-cloud-amd64", "#1 SMP Debian 6.12.117-1", KernelVersion{6, 12, 117}},
      {"4.18.0-553.el8", "#1 SMP Fri 12 4.19.1", KernelVersion{4, 18, 0}},
      {"7.2-rc1", "", KernelVersion{7, 2, 0}},
      {"unknown", "", std::nullopt},
      {"7", "", std::nullopt},
      {"99999999999.1.1", "", std::nullopt},
      {"", "", std::nullopt},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(kernel_version(c.release, c.build), c.wanted) << c.release;
  }
}

TEST(KnownLeak, EndsWithTheFixOfTheSeries) {
  struct Case {
    std::string_view key;
    KernelVersion kernel;
    bool leaks;
  };
  const std::vector<Case> cases{
      {"net.netfilter.nf_conntrack_max", {5, 10, 34}, true},
      {"net.netfilter.nf_conntrack_max", {5, 10, 35}, false},
      {"net.netfilter.nf_conntrack_max", {5, 9, 200}, true},  // a series without a fix
      {"net.netfilter.nf_conntrack_max", {5, 12, 1}, true},
      {"net.netfilter.nf_conntrack_max", {5, 13, 0}, false},
      {"net.netfilter.nf_conntrack_max", {6, 1, 0}, false},
      {"net.netfilter.nf_conntrack_expect_max", {4, 9, 268}, true},
      {"net.netfilter.nf_conntrack_expect_max", {4, 9, 269}, false},
      {"net.ipv4.tcp_allowed_congestion_control", {5, 10, 31}, true},
      {"net.ipv4.tcp_allowed_congestion_control", {5, 12, 0}, false},
      {"net.ipv4.tcp_congestion_control", {5, 4, 118}, true},
      {"net.ipv4.tcp_congestion_control", {5, 12, 4}, false},
      {"net.netfilter.nf_hooks_lwtunnel", {6, 12, 117}, true},
      {"net.netfilter.nf_hooks_lwtunnel", {99, 0, 0}, true},
      {"net.core.somaxconn", {4, 4, 0}, false},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(known_leak(key_of(c.key), c.kernel).has_value(), c.leaks)
        << c.key << " on " << c.kernel.major << '.' << c.kernel.minor << '.' << c.kernel.patch;
  }
  EXPECT_THAT(*known_leak(key_of("net.ipv4.tcp_congestion_control"), {5, 10, 1}),
              HasSubstr("fixed in Linux 5.10.37"));
}

// A kernel in which every kind of namespace shows the same, until the test says otherwise.
Views same_everywhere(const View& view) { return Views{view, view, view, view, view, view, ""}; }

ProbedKey classified(const Views& views, std::string_view name,
                     KernelVersion kernel = {6, 18, 44}) {
  const auto keys = classify(views, kernel);
  const auto found = std::ranges::find(keys, key_of(name), &ProbedKey::key);
  EXPECT_NE(found, keys.end()) << name;
  return *found;
}

TEST(Classify, WithoutEvidenceTheNameDecides) {
  const Views views =
      same_everywhere({{key_of("kernel.shmmni"), {SysctlAccess::read_write, "4096"}},
                       {key_of("vm.swappiness"), {}}});
  EXPECT_EQ(classified(views, "kernel.shmmni"),
            (ProbedKey{key_of("kernel.shmmni"), Scope::ipc, Settability::pod_writable,
                       Settability::pod_writable, "4096", ""}));
  EXPECT_EQ(classified(views, "vm.swappiness"),
            (ProbedKey{key_of("vm.swappiness"), Scope::node, Settability::node_only,
                       Settability::node_only, "", ""}));
}

TEST(Classify, WhatOnlyTheHostShowsBelongsToTheNode) {
  const SysctlKey key = key_of("net.core.rmem_max");
  Views views = same_everywhere({{key, {SysctlAccess::read_write, "212992"}}});
  views.pod.clear();
  views.net.clear();
  EXPECT_EQ(classified(views, key.name()),
            (ProbedKey{key, Scope::node, Settability::node_only, Settability::node_only, "", ""}));
}

TEST(Classify, ReadOnlyInAPod) {
  const SysctlKey key = key_of("net.core.rmem_max");
  Views views = same_everywhere({{key, {SysctlAccess::read_write, "212992"}}});
  views.pod[key].access = SysctlAccess::read_only;
  views.net[key].access = SysctlAccess::read_only;
  EXPECT_EQ(classified(views, key.name()), (ProbedKey{key, Scope::net, Settability::pod_read_only,
                                                      Settability::pod_read_only, "212992", ""}));
  for (View* const view : {&views.host, &views.ipc, &views.uts}) {
    (*view)[key].access = SysctlAccess::read_only;
  }
  EXPECT_EQ(classified(views, key.name()).note, "read-only on the host too");
}

TEST(Classify, EvidenceAgainstTheNameIsReported) {
  const SysctlKey key = key_of("net.core.somaxconn");
  Views views = same_everywhere({{key, {SysctlAccess::read_write, "4096"}}});
  views.ipc[key].value = "128";
  ProbedKey probed = classified(views, key.name());
  EXPECT_EQ(probed.scope, Scope::ipc);
  EXPECT_THAT(probed.note, HasSubstr("ipc namespace"));
  views.net[key].value = "128";
  probed = classified(views, key.name());
  EXPECT_EQ(probed.scope, Scope::net);
  EXPECT_THAT(probed.note, HasSubstr("more than one"));
}

TEST(Classify, KnownLeaksAreLeakyOnlyWhereAPodCouldWrite) {
  const SysctlKey key = key_of("net.netfilter.nf_conntrack_max");
  Views views = same_everywhere({{key, {SysctlAccess::read_write, "65536"}}});
  EXPECT_EQ(classified(views, key.name(), {5, 10, 1}).settability, Settability::leaky);
  EXPECT_EQ(classified(views, key.name(), {5, 10, 40}).settability, Settability::pod_writable);
  views.pod[key].access = SysctlAccess::read_only;
  EXPECT_EQ(classified(views, key.name(), {5, 10, 1}).settability, Settability::pod_read_only);
}

TEST(Classify, UserKeysBelongToAPodWithAUserNamespace) {
  const SysctlKey key = key_of("user.max_net_namespaces");
  Views views = same_everywhere({{key, {SysctlAccess::read_write, "100"}}});
  views.user[key].value = "2147483647";
  EXPECT_EQ(classified(views, key.name()),
            (ProbedKey{key, Scope::user, Settability::node_only, Settability::pod_writable,
                       "2147483647", "only in a pod with a user namespace of its own"}));
  views.user.clear();
  views.user_error = "make new namespaces (user): Operation not permitted";
  EXPECT_EQ(classified(views, key.name()).in_user_namespace, Settability::absent);
  EXPECT_THAT(classified(views, key.name()).note, HasSubstr("Operation not permitted"));
}

TEST(Classify, KeysThatUserNamespacesHide) {
  const SysctlKey key = key_of("net.core.somaxconn");
  Views views = same_everywhere({{key, {SysctlAccess::read_write, "4096"}}});
  views.user.clear();
  EXPECT_EQ(classified(views, key.name()).settability, Settability::pod_writable);
  EXPECT_EQ(classified(views, key.name()).in_user_namespace, Settability::absent);
}

TEST(OtherValues, DifferAndKeepTheForm) {
  struct Case {
    std::string_view current;
    std::string_view choices;
    std::string_view first;
  };
  const std::vector<Case> cases{
      {"0", "", "1"},
      {"1", "", "0"},
      {"4096", "", "4094"},
      {"-1", "", "-3"},
      {"18446744073692774399", "", "18446744073692774397"},
      {"4096\t131072\t6291456", "", "4096 131072 6291454"},
      {"cubic", "reno cubic bbr", "reno"},
      {"(none)", "", "probe"},
      {"", "", "1"},
      {"0-1,3-127", "", "0-1,3-121"},
      {"00000000-00000000-00000000-00000000", "", "00000000-00000000-00000000-00000001"},
  };
  for (const Case& c : cases) {
    const auto values = other_values(c.current, c.choices);
    ASSERT_FALSE(values.empty()) << c.current;
    EXPECT_EQ(values.front(), c.first);
    EXPECT_THAT(values, testing::Not(testing::Contains(std::string(c.current))));
  }
  EXPECT_TRUE(other_values("cubic", "cubic").empty());
}

// A kernel of our own making: keys in `shared` have one variable for all namespaces.
class ModelKernel final : public TrialGround {
 public:
  std::map<SysctlKey, std::string> host;
  std::map<SysctlKey, std::string> inside;
  std::set<SysctlKey> shared;
  std::map<SysctlKey, SysctlKey> side_effect;  // written key -> host key that changes
  std::set<SysctlKey> fixed_value;
  bool writes_once = false;
  int writes = 0;

  Result<std::string> read_host(const SysctlKey& key) override { return at(host, key); }
  Result<std::string> read_inside(const SysctlKey& key) override { return at(inside, key); }
  Result<> write_inside(const SysctlKey& key, std::string_view value) override {
    ++writes;
    if (fixed_value.contains(key) || (writes_once && writes > 1)) {
      return Error::of(Code::invalid_argument, "no");
    }
    inside[key] = value;
    if (shared.contains(key)) {
      host[key] = value;
    }
    if (const auto other = side_effect.find(key); other != side_effect.end()) {
      host[other->second] += " " + std::string(value);
    }
    return {};
  }

 private:
  static Result<std::string> at(const std::map<SysctlKey, std::string>& values,
                                const SysctlKey& key) {
    const auto found = values.find(key);
    if (found == values.end()) {
      return Error::of(Code::not_found, "no {}", key.name());
    }
    return found->second;
  }
};

std::vector<ProbedKey> writable(const SysctlKey& key) {
  return {{.key = key, .scope = scope_of(key), .settability = Settability::pod_writable}};
}

TEST(TryKeys, FindsTheLeakAndPutsTheHostBack) {
  ModelKernel kernel;
  const SysctlKey key = key_of("net.netfilter.nf_conntrack_max");
  kernel.host[key] = kernel.inside[key] = "65536";
  kernel.shared.insert(key);
  auto keys = writable(key);
  try_keys(kernel, keys);
  EXPECT_EQ(keys[0].settability, Settability::leaky);
  EXPECT_THAT(keys[0].note, HasSubstr(R"(host's net.netfilter.nf_conntrack_max from "65536" to)"));
  EXPECT_EQ(kernel.host[key], "65536");
}

TEST(TryKeys, SaysWhenTheHostCannotBePutBack) {
  ModelKernel kernel;
  const SysctlKey key = key_of("net.netfilter.nf_conntrack_max");
  kernel.host[key] = kernel.inside[key] = "65536";
  kernel.shared.insert(key);
  kernel.writes_once = true;
  auto keys = writable(key);
  try_keys(kernel, keys);
  EXPECT_EQ(keys[0].settability, Settability::leaky);
  EXPECT_THAT(keys[0].note, HasSubstr("could not be put back"));
}

TEST(TryKeys, FindsTheSideEffectOnAnotherKey) {
  ModelKernel kernel;
  const SysctlKey key = key_of("net.ipv4.tcp_congestion_control");
  const SysctlKey allowed = key_of("net.ipv4.tcp_allowed_congestion_control");
  kernel.host[key] = kernel.inside[key] = "cubic";
  kernel.host[allowed] = "reno cubic";
  kernel.inside[key_of("net.ipv4.tcp_available_congestion_control")] = "reno cubic bbr";
  kernel.side_effect.emplace(key, allowed);
  auto keys = writable(key);
  try_keys(kernel, keys);
  EXPECT_EQ(keys[0].settability, Settability::leaky);
  EXPECT_THAT(keys[0].note, HasSubstr(allowed.name()));
}

TEST(TryKeys, LeavesSoundKeysAloneAndNotesStubbornOnes) {
  ModelKernel kernel;
  const SysctlKey sound = key_of("net.core.somaxconn");
  const SysctlKey stubborn = key_of("net.ipv4.tcp_ecn");
  const SysctlKey visible = key_of("net.core.rmem_max");
  for (const SysctlKey& key : {sound, stubborn, visible}) {
    kernel.host[key] = kernel.inside[key] = "2";
  }
  kernel.fixed_value.insert(stubborn);
  std::vector<ProbedKey> keys{
      {.key = visible, .scope = Scope::net, .settability = Settability::pod_read_only},
      {.key = sound, .scope = Scope::net, .settability = Settability::pod_writable},
      {.key = stubborn, .scope = Scope::net, .settability = Settability::pod_writable},
      {.key = key_of("user.max_net_namespaces"), .scope = Scope::user}};
  try_keys(kernel, keys);
  EXPECT_EQ(keys[1].settability, Settability::pod_writable);
  EXPECT_EQ(keys[1].note, "");
  EXPECT_EQ(kernel.inside[sound], "2");
  EXPECT_EQ(keys[2].settability, Settability::pod_writable);
  EXPECT_THAT(keys[2].note, HasSubstr("no other value"));
  EXPECT_EQ(kernel.inside[visible], "2");
}

ProbeReport sample_report() {
  return {"6.1",
          {{key_of("kernel.domainname"), Scope::uts, Settability::pod_writable, Settability::absent,
            "a\tb\\n\nc", ""},
           {key_of("net.ipv4.conf.eth0/1.forwarding"), Scope::net, Settability::leaky,
            Settability::leaky, "", "why"}}};
}

TEST(ProbeCache, RoundTrip) {
  const ProbeIdentity identity{"boot", "6.1", "bridge overlay"};
  EXPECT_EQ(parse_report(serialise(identity, sample_report()), identity), sample_report());
}

TEST(ProbeCache, AnythingElseIsNoReport) {
  const ProbeIdentity identity{"boot", "6.1", "bridge overlay"};
  const std::string text = serialise(identity, sample_report());
  for (std::size_t length = 0; length + 1 < text.size(); ++length) {
    ASSERT_FALSE(parse_report(text.substr(0, length), identity)) << length;
  }
  EXPECT_FALSE(parse_report(text, {"other boot", "6.1", "bridge overlay"}));
  EXPECT_FALSE(parse_report(text, {"boot", "6.2", "bridge overlay"}));
  EXPECT_FALSE(parse_report(text, {"boot", "6.1", "bridge"}));
  std::string swapped = text;
  swapped.replace(swapped.find("leaky"), 5, "lucky");
  EXPECT_FALSE(parse_report(swapped, identity));
  EXPECT_FALSE(parse_report(std::string(5000, '\0'), identity));
}

TEST(ProbeCache, LookingUpReadsTheAskedKeysOnly) {
  const ProbeIdentity identity{"boot", "6.1", "bridge overlay"};
  ProbeReport report;
  report.kernel_release = "6.1";
  for (const auto* const name :
       {"kernel.domainname", "net.core.rmem_max", "net.ipv4.conf.default.forwarding",
        "net.ipv4.conf.lo.forwarding"}) {
    report.keys.push_back({.key = key_of(name), .settability = Settability::pod_writable});
  }
  const std::string text = serialise(identity, report);
  const auto names = [&](std::vector<SysctlKey> keys) {
    std::string found;
    const auto answer = look_up(text, identity, keys);
    EXPECT_TRUE(answer);
    for (const ProbedKey& probed : answer ? answer->keys : std::vector<ProbedKey>{}) {
      EXPECT_EQ(*find(report, probed.key), probed);
      found += probed.key.name() + " ";
    }
    return found;
  };
  EXPECT_EQ(names({key_of("kernel.domainname")}), "kernel.domainname ");
  EXPECT_EQ(names({key_of("net.core.rmem_max"), key_of("kernel.domainname")}),
            "kernel.domainname net.core.rmem_max ");
  EXPECT_EQ(names({key_of("net.core.rmem")}), "");
  EXPECT_EQ(names({key_of("core.rmem_max")}), "");
  EXPECT_EQ(names({key_of("net.ipv4.conf.eth0.forwarding")}),
            "net.ipv4.conf.default.forwarding net.ipv4.conf.lo.forwarding ");
  const std::vector asked{key_of("net.core.rmem_max")};
  for (std::size_t length = 0; length < text.size(); ++length) {
    ASSERT_FALSE(look_up(std::string_view(text).substr(0, length), identity, asked)) << length;
  }
  EXPECT_FALSE(look_up(text, {"other boot", "6.1", "bridge overlay"}, asked));
  EXPECT_FALSE(look_up(text, {"boot", "6.1", "bridge"}, asked));
  std::string swapped = text;
  swapped.replace(swapped.find("pod-writable", text.find("rmem_max")), 3, "pad");
  EXPECT_FALSE(look_up(swapped, identity, asked));
  EXPECT_FALSE(look_up_cached("/no/such/folder", asked));
}

TEST(FindOrFamily, AnswersForInterfacesByTheirFamily) {
  ProbeReport report;
  for (const auto* const name : {"net.ipv4.conf.all.forwarding", "net.ipv4.conf.default.forwarding",
                                 "net.ipv4.neigh.default.locktime", "net.ipv4.neigh.lo.locktime"}) {
    report.keys.push_back({.key = key_of(name), .scope = Scope::net});
  }
  EXPECT_EQ(find(report, key_of("net.ipv4.conf.eth0.forwarding")), nullptr);
  EXPECT_EQ(find_or_family(report, key_of("net.ipv4.conf.eth0/7.forwarding")), &report.keys[1]);
  EXPECT_EQ(find_or_family(report, key_of("net.ipv4.neigh.eth0.locktime")), &report.keys[3]);
  EXPECT_EQ(find_or_family(report, key_of("net.ipv4.conf.all.forwarding")), &report.keys[0]);
  EXPECT_EQ(find_or_family(report, key_of("net.ipv4.conf.eth0.nothing")), nullptr);
  EXPECT_EQ(find_or_family(report, key_of("net.ipv4.tcp_rmem")), nullptr);
}

TEST(ProbeCached, KeepsTheReportAndMendsGarbage) {
  if (::geteuid() != 0) {
    GTEST_SKIP() << "needs root";
  }
  const auto folder = linux::TemporaryFolder::make().value();
  const std::string state = folder / "state";
  const std::string file = state + "/probe.tsv";
  const auto first = probe_cached(state);
  ASSERT_TRUE(first) << first.error().message;
  const std::string kept = linux::read_file(file).value();
  EXPECT_EQ(probe_cached(state).value(), *first);
  ASSERT_TRUE(linux::write_file(file, "garbage"));
  EXPECT_TRUE(probe_cached(state));
  EXPECT_EQ(linux::read_file(file).value(), kept);
}

}  // namespace
}  // namespace podsysctl::sysctl
