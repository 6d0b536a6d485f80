// SPDX-License-Identifier: Apache-2.0
// `catalog` and `explain` by their parts, with kernels that the test makes up.
#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "cli/explain_page.h"
#include "cli/explanation.h"
#include "cli/facts_json.h"
#include "cli/kernel_facts.h"
#include "cli/page.h"
#include "cli/yaml_text.h"
#include "yaml/reader.h"
#include "yaml/value.h"

namespace podsysctl::cli {
namespace {

using sysctl::Scope;
using sysctl::Settability;
using sysctl::SysctlKey;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

SysctlKey key_of(std::string_view name) { return SysctlKey::parse(name).value(); }

KernelFacts kernel(const std::string& release) { return other_kernel(release).value(); }

// A kernel with a probe's report of a few keys.
KernelFacts probed_kernel() {
  KernelFacts facts = kernel("6.12.1");
  facts.source = FactSource::probe;
  facts.report =
      sysctl::ProbeReport{"6.12.1",
                          {{key_of("kernel.own_key"), Scope::node, Settability::node_only,
                            Settability::node_only, "", ""},
                           {key_of("net.core.somaxconn"), Scope::net, Settability::pod_writable,
                            Settability::pod_writable, "4096", ""},
                           {key_of("net.ipv4.conf.lo.rp_filter"), Scope::net,
                            Settability::pod_writable, Settability::absent, "0", "seen"},
                           {key_of("net.ipv4.tcp_rmem"), Scope::net, Settability::pod_writable,
                            Settability::pod_writable, "4096\t131072\t6291456", ""}}};
  return facts;
}

TEST(KernelFacts, RefusesWhatIsNoRelease) {
  for (const char* const text : {"", "six", "6", "x6.1", "-6.1"}) {
    const auto facts = other_kernel(text);
    ASSERT_FALSE(facts) << text;
    EXPECT_EQ(facts.error().code, Code::invalid_argument);
    EXPECT_THAT(facts.error().message, HasSubstr("is no kernel release: write one such as 6.12"));
  }
  EXPECT_EQ(kernel("6.1.0-21-amd64").version, (sysctl::KernelVersion{6, 1, 0}));
}

TEST(KernelFacts, ComeFromTheCatalogueForAnotherKernel) {
  const KeyFacts old = facts_of(kernel("4.14"), key_of("net.ipv4.tcp_rmem"));
  EXPECT_EQ(old.settability, Settability::node_only);
  EXPECT_EQ(old.scope, Scope::node);
  const KeyFacts newer = facts_of(kernel("4.15"), key_of("net/ipv4/tcp_rmem"));
  EXPECT_EQ(newer.settability, Settability::pod_writable);
  EXPECT_EQ(newer.scope, Scope::net);
  EXPECT_EQ(newer.source, FactSource::data);
  EXPECT_EQ(newer.in_user_namespace, std::nullopt);

  const KeyFacts leaky = facts_of(kernel("5.10.1"), key_of("net.ipv4.tcp_congestion_control"));
  EXPECT_EQ(leaky.settability, Settability::leaky);
  EXPECT_THAT(leaky.note, HasSubstr("fixed in Linux 5.10.37"));
  EXPECT_EQ(facts_of(kernel("6.1"), key_of("net.no.such")).settability, Settability::absent);
}

TEST(KernelFacts, AreTheProbesJoinedWithTheCatalogue) {
  const KernelFacts here = probed_kernel();
  const KeyFacts rmem = facts_of(here, key_of("net.ipv4.tcp_rmem"));
  EXPECT_EQ(rmem.default_value, "4096 131072 6291456");
  EXPECT_EQ(rmem.source, FactSource::probe);
  ASSERT_NE(rmem.entry, nullptr);

  const KeyFacts interface = facts_of(here, key_of("net.ipv4.conf.eth0/1.rp_filter"));
  EXPECT_EQ(interface.settability, Settability::pod_writable);
  EXPECT_EQ(interface.key.name(), "net.ipv4.conf.eth0/1.rp_filter");
  EXPECT_EQ(interface.note, "seen");

  // Known, but this kernel does not have it.
  EXPECT_EQ(facts_of(here, key_of("net.ipv4.tcp_wmem")).settability, Settability::absent);
  EXPECT_EQ(all_facts(here).size(), 4U);
  EXPECT_EQ(facts_of(here, key_of("kernel.own_key")).entry, nullptr);
}

TEST(KernelFacts, ListFamiliesOfAnotherKernelAsPatterns) {
  const std::vector<KeyFacts> all = all_facts(kernel("6.12"));
  EXPECT_TRUE(std::ranges::is_sorted(all, {}, &KeyFacts::key));
  const auto has = [&all](std::string_view name) {
    return std::ranges::any_of(all,
                               [name](const KeyFacts& facts) { return facts.key.name() == name; });
  };
  EXPECT_TRUE(has("net.ipv4.conf.*.rp_filter"));
  EXPECT_TRUE(has("net.core.somaxconn"));
  EXPECT_GT(all.size(), 400U);
}

TEST(Explain, AnUnknownKeyIsRefusedWithTheNearestNames) {
  const auto page = explain_key(probed_kernel(), key_of("net.ipv4.tcp_rmen"));
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, Code::not_found);
  EXPECT_THAT(page.error().message,
              HasSubstr("no kernel parameter \"net.ipv4.tcp_rmen\" is known: neither the catalogue "
                        "nor Linux 6.12.1 has it; did you mean net.ipv4.tcp_rmem"));
}

TEST(Explain, AKeyOfThisKernelAloneIsSuggestedToo) {
  const auto page = explain_key(probed_kernel(), key_of("kernel.own_kay"));
  ASSERT_FALSE(page);
  EXPECT_THAT(page.error().message, HasSubstr("did you mean kernel.own_key"));
}

TEST(Explain, APodsKeyHasThreeWays) {
  const auto page = explain_key(probed_kernel(), key_of("net.core.somaxconn"));
  ASSERT_TRUE(page) << page.error().message;
  const std::string text = explain_text(*page, Table::Colours::off);
  for (const std::string_view part :
       {"net.core.somaxconn\n", "pod-writable on Linux 6.12.1 (by the probe)",
        "4096 in a fresh namespace", "--allowed-unsafe-sysctls 'net.core.somaxconn'",
        "      - name: net.core.somaxconn\n",
        "docker run --sysctl 'net.core.somaxconn=", "privileged: true"}) {
    EXPECT_THAT(text, HasSubstr(std::string(part)));
  }
  EXPECT_THAT(text, Not(HasSubstr("\x1b[")));
  EXPECT_THAT(explain_text(*page, Table::Colours::on), HasSubstr("\x1b[32mpod-writable"));
}

TEST(Explain, ASafeKeySaysSinceWhen) {
  const auto page = explain_key(probed_kernel(), key_of("net.ipv4.tcp_rmem"));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->kubernetes,
            "Safe since Kubernetes 1.32 on nodes with Linux 4.15 or newer: every pod may set it.");
}

TEST(Explain, TheNodesKeyHasALineOfSysctlD) {
  const auto page = explain_key(probed_kernel(), key_of("kernel.own_key"));
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_EQ(page->kubernetes,
            "Not possible: it is no pod's to set; the kubelet rejects the pod with "
            "SysctlForbidden.");
  ASSERT_EQ(page->ways.size(), 3U);
  EXPECT_FALSE(page->ways[0].works);
  EXPECT_EQ(page->ways[2].name, "node");
  EXPECT_THAT(page->ways[2].text, HasSubstr("kernel.own_key = VALUE\n"));
  EXPECT_THAT(explain_text(*page, Table::Colours::off),
              HasSubstr("The catalogue does not describe it."));
}

TEST(Explain, ALeakyKeyHasNoWay) {
  const auto page = explain_key(kernel("5.10.1"), key_of("net.ipv4.tcp_congestion_control"));
  ASSERT_TRUE(page);
  EXPECT_THAT(page->ways, IsEmpty());
  EXPECT_EQ(page->kubernetes, "Never: a write in a pod reaches the host on this kernel.");
}

TEST(Explain, RulesWithOtherKeysKeepTheInterface) {
  const SysctlKey key = key_of("net.ipv4.conf.eth7.forwarding");
  const auto list = interactions_of(key, sysctl::find_entry(key));
  const auto find = [&list](std::string_view other) {
    return std::ranges::find(list, other, &Interaction::other);
  };
  ASSERT_NE(find("net.ipv4.ip_forward"), list.end());
  EXPECT_THAT(find("net.ipv4.ip_forward")->why, HasSubstr("sets forwarding of every interface"));

  // Related keys of the family are those of the same interface.
  const SysctlKey filter = key_of("net.ipv4.conf.eth0/1.rp_filter");
  const auto related = interactions_of(filter, sysctl::find_entry(filter));
  EXPECT_TRUE(std::ranges::any_of(related, [](const Interaction& interaction) {
    return interaction.other == "net.ipv4.conf.eth0/1.src_valid_mark";
  }));

  const SysctlKey forward = key_of("net.ipv4.ip_forward");
  const auto from = interactions_of(forward, sysctl::find_entry(forward));
  EXPECT_TRUE(std::ranges::any_of(from, [](const Interaction& interaction) {
    return interaction.other == "net.ipv4.conf.{interface}.forwarding";
  }));
}

TEST(Explain, JsonHasEveryMember) {
  const auto page = explain_key(probed_kernel(), key_of("net.core.somaxconn"));
  ASSERT_TRUE(page);
  const json::Value view = json::parse(explain_json(*page), "explain").value();
  EXPECT_EQ(view["key"], "net.core.somaxconn");
  EXPECT_EQ(view["kernel"], "6.12.1");
  EXPECT_TRUE(view["target"].is_null());
  for (const char* const name : {"host", "inheritance", "kubernetesRule", "interactions", "ways",
                                 "profiles", "effect", "traps", "leaks", "elements"}) {
    EXPECT_TRUE(view.contains(name)) << name;
  }
  EXPECT_EQ(view["ways"].size(), 3U);
}

TEST(Explain, EveryProfileHasAPage) {
  for (const sysctl::Profile& profile : sysctl::profiles()) {
    const std::string text = profile_text(profile, Table::Colours::off);
    EXPECT_THAT(text, HasSubstr(std::string(profile.title)));
    for (const auto& setting : profile.pod) {
      EXPECT_THAT(text, HasSubstr(fmt::format("      - name: {}\n", setting.key)));
    }
    const json::Value view = json::parse(profile_json(profile), "profile").value();
    EXPECT_EQ(view["pod"].size(), profile.pod.size());
    EXPECT_THAT(profile_list_text(sysctl::profiles()), HasSubstr(std::string(profile.name)));
  }
}

// Every entry of the catalogue, on an old and on a new kernel: the names of the enumerations and
// every section of the page.
TEST(Explain, EveryEntryHasAPage) {
  for (const auto& release : {"4.4", "6.18"}) {
    const KernelFacts facts = kernel(release);
    for (const auto table : {sysctl::catalog_entries(), sysctl::catalog_patterns()}) {
      for (const sysctl::Entry& entry : table) {
        const auto page = explain_key(facts, key_of(entry.key));
        ASSERT_TRUE(page) << page.error().message;
        const std::string text = explain_text(*page, Table::Colours::off);
        EXPECT_THAT(text, HasSubstr(std::string(entry.key)));
        EXPECT_THAT(text, Not(HasSubstr("\\n")));
      }
    }
  }
}

TEST(FactsJson, NumbersAndChoices) {
  const json::Value sem = facts_json(facts_of(kernel("6.12"), key_of("kernel.sem")));
  EXPECT_EQ(sem["type"], "vector");
  EXPECT_EQ(sem["elements"][3]["name"], "semmni");
  EXPECT_EQ(sem["elements"][0]["legal"]["max"], 2147483647);
  const json::Value shmall = facts_json(facts_of(kernel("6.12"), key_of("kernel.shmall")));
  EXPECT_EQ(shmall["elements"][0]["legal"]["max"], 18446744073709551615U);
  EXPECT_EQ(shmall["kubernetes"], nullptr);
  EXPECT_EQ(facts_json(facts_of(kernel("6.12"),
                                key_of("net.ipv4.tcp_fin_timeout")))["kubernetes"]["safeSince"],
            "1.29");
}

TEST(YamlText, IsReadBackAsTheSameTree) {
  const json::Value tree = {{"key", "no"},
                            {"list", {{{"a", 1}, {"b", json::Value::array()}}, {{"a", nullptr}}}},
                            {"texts", {"x: y", "- z", "line\nbreak"}},
                            {"nested", {{"inner", {{"deep", true}}}}},
                            {"empty", json::Value::object()}};
  const std::string text = yaml_text(tree);
  EXPECT_EQ(text,
            "key: \"no\"\n"
            "list:\n"
            "  - a: 1\n"
            "    b: []\n"
            "  - a: null\n"
            "texts:\n"
            "  - \"x: y\"\n"
            "  - \"- z\"\n"
            "  - \"line\\nbreak\"\n"
            "nested:\n"
            "  inner:\n"
            "    deep: true\n"
            "empty: {}\n");
  yaml::DocumentReader reader(text, "test");
  const auto document = reader.next();
  ASSERT_TRUE(document && *document);
  const yaml::Value root(**document);
  EXPECT_EQ(root.find("key")->as_string().value(), "no");
  EXPECT_EQ(root.find("texts")->item(2).as_string().value(), "line\nbreak");
}

TEST(Page, WrapsBesideLabels) {
  Page page(Table::Colours::off);
  page.heading("Title");
  page.item("label", std::string(60, 'a') + " " + std::string(60, 'b'));
  page.item("a label that is long", "text");
  page.item("nothing", "");
  page.literal("x\n  y\x1b\n");
  EXPECT_EQ(page.text(), "Title\n  label         " + std::string(60, 'a') + "\n" +
                             std::string(16, ' ') + std::string(60, 'b') +
                             "\n  a label that is long\n" + std::string(16, ' ') +
                             "text\n      x\n        y\\x1b\n");
}

}  // namespace
}  // namespace podsysctl::cli
