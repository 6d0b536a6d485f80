// SPDX-License-Identifier: Apache-2.0
#include "rules/file_reader.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "json/json.h"
#include "linux/file.h"
#include "linux/temporary_folder.h"
#include "rules/fields.h"
#include "rules/test_support.h"

namespace podsysctl::rules {
namespace {

using ::testing::HasSubstr;

constexpr const char* kWhole = R"(# what the web team may have
apiVersion: podsysctl.io/v1alpha1
kind: SysctlPolicy
metadata: {name: web, labels: {team: web}, uid: "1"}
spec:
  match:
    namespaces: [web, "team-*"]
    podSelector: {matchLabels: {app: nginx}}
  allowed:
    - name: net.core.somaxconn
      min: 128
      max: 65535
    - name: net.ipv4.tcp_rmem
      max: [4096, 131072, 6291456]
    - {name: net.ipv4.tcp_congestion_control, oneOf: [bbr, cubic]}
    - name: net.ipv4.tcp_*
  denied: [net.ipv4.ip_forward]
  onForbidden: Degrade
  onDrift: Repair
  sources: [field, annotation, alphaAnnotation]
status: {}
---
---
apiVersion: podsysctl.io/v1alpha1
kind: SysctlProfile
metadata: {name: fast}
spec:
  settings:
    - {name: net.core.somaxconn, value: "4096"}
)";

TEST(Files, AreReadWhole) {
  const PolicySet set = set_of(kWhole);
  ASSERT_EQ(set.policies.size(), 1U);
  const SysctlPolicy& policy = set.policies[0];
  EXPECT_EQ(policy.name, "web");
  EXPECT_EQ(policy.place.text(), "p.yaml:2");
  EXPECT_EQ(policy.allowed.size(), 4U);
  EXPECT_EQ(policy.allowed[0].bounds.text(), "128 to 65535");
  EXPECT_EQ(policy.allowed[1].bounds.text(), "at most 4096 131072 6291456");
  EXPECT_EQ(policy.allowed[2].bounds.text(), "one of bbr, cubic");
  EXPECT_EQ(policy.entry_of(key_of("net.ipv4.tcp_rmem")), &policy.allowed[1]);
  EXPECT_EQ(policy.entry_of(key_of("net.ipv4.tcp_wmem")), &policy.allowed[3]);
  EXPECT_EQ(policy.entry_of(key_of("net.ipv4.ip_forward")), nullptr);
  EXPECT_EQ(policy.on_forbidden, OnForbidden::degrade);
  EXPECT_EQ(policy.on_drift, OnDrift::repair);
  EXPECT_EQ(policy.honoured().text(), "field, annotation, alphaAnnotation");
  ASSERT_NE(set.find_profile("fast"), nullptr);
  EXPECT_FALSE(set.find_profile("fast")->match.has_value());
  EXPECT_EQ(describe(set.find_profile("fast")->settings[0].origin), "p.yaml:29:14");
}

TEST(Files, MayBeJson) {
  const PolicySet set = set_of(R"({"apiVersion":"podsysctl.io/v1alpha1","kind":"SysctlPolicy",
    "metadata":{"name":"a"},"spec":{"match":{},"allowed":[{"name":"net.*","max":10}]}})");
  EXPECT_EQ(set.policies.at(0).allowed.at(0).bounds.text(), "at most 10");
}

struct Fault {
  std::string text;
  const char* message;
};
class Faults : public ::testing::TestWithParam<Fault> {};
TEST_P(Faults, NamePlaceFieldAndWayOut) {
  PolicySet set;
  const Result<> read = read_text(GetParam().text, "p.yaml", set);
  ASSERT_FALSE(read.has_value()) << GetParam().message;
  EXPECT_THAT(read.error().message, HasSubstr(GetParam().message));
}
Fault policy_fault(const char* spec, const char* message) {
  return {policy_text("p", spec), message};
}
Fault profile_fault(const char* spec, const char* message) {
  return {profile_text("p", spec), message};
}
INSTANTIATE_TEST_SUITE_P(
    Table, Faults,
    ::testing::Values(
        Fault{"a: 1", "p.yaml:1:1: apiVersion: required; write podsysctl.io/v1alpha1"},
        Fault{"- 1", "p.yaml:1:1: must be a mapping"},
        Fault{"apiVersion: v1\nkind: SysctlPolicy\nmetadata: {name: a}\nspec: {match: {}}",
              "p.yaml:1:13: apiVersion: is \"v1\", and only podsysctl.io/v1alpha1 is taken"},
        Fault{"apiVersion: podsysctl.io/v1alpha1\nkind: SysctlPolcy\nmetadata: {name: a}\nspec: {}",
              "kind: \"SysctlPolcy\" is no kind of policy files; did you mean \"SysctlPolicy\"?"},
        Fault{policy_text("A_", "  match: {}\n"), "p.yaml:5:9: metadata.name: "},
        policy_fault("  allowed: []\n",
                     "p.yaml:7:3: spec.match: required; write match: {} for every pod"),
        policy_fault("  match: {}\n  alowed: []\n",
                     "p.yaml:8:3: spec.alowed: unknown field; did you mean \"allowed\"?"),
        policy_fault("  match: {zones: [a]}\n",
                     "p.yaml:7:11: spec.match.zones: unknown field; taken are namespaces, "
                     "namespaceSelector, podSelector, serviceAccounts and images"),
        policy_fault("  match: {namespaces: []}\n", "spec.match.namespaces: is empty"),
        policy_fault("  match: {namespaces: [1]}\n", "spec.match.namespaces[0]: must be a string"),
        policy_fault("  match: {podSelector: {matchLabels: {'a b': c}}}\n",
                     "spec.match.podSelector.matchLabels[a b]: "),
        policy_fault("  match: {podSelector: {matchExpressions: [{key: a, operator: Is}]}}\n",
                     "\"Is\" is no operator; did you mean \"In\"?"),
        policy_fault("  match: {podSelector: {matchExpressions: [{key: a, operator: In}]}}\n",
                     "In needs values"),
        policy_fault("  match: {}\n  allowed: [{nme: net.core.somaxconn}]\n",
                     "spec.allowed[0].nme: unknown field; did you mean \"name\"?"),
        policy_fault("  match: {}\n  allowed: [{name: vm.swappiness}]\n",
                     "p.yaml:8:20: spec.allowed[0].name: vm.swappiness belongs to the node"),
        policy_fault("  match: {}\n  allowed: [{name: net.a, max: '5'}]\n",
                     "spec.allowed[0].max: must be a number, but is a string"),
        policy_fault("  match: {}\n  allowed: [{name: net.a, max: 010}]\n", "\"010\" is not taken"),
        policy_fault("  match: {}\n  allowed: [{name: net.a, max: 1.5}]\n", "\"1.5\" is not taken"),
        policy_fault("  match: {}\n  allowed: [{name: net.a, min: 5, max: 4}]\n",
                     "4 is below min 5, which would allow no value"),
        policy_fault("  match: {}\n  allowed: [{name: net.a, min: [1, 2], max: [3, 4, 5]}]\n",
                     "has 3 numbers, and min has 2"),
        policy_fault("  match: {}\n  allowed: [{name: net.a, max: 1, oneOf: ['1']}]\n",
                     "stands beside min or max"),
        policy_fault("  match: {}\n  allowed: [{name: net.a}, {name: net/a}]\n",
                     "net.a stands twice in this list"),
        policy_fault("  match: {}\n  onForbidden: reject\n",
                     "spec.onForbidden: \"reject\" is no mode; did you mean \"Reject\"?"),
        policy_fault("  match: {}\n  onDrift: repair\n",
                     "spec.onDrift: \"repair\" is no mode; did you mean \"Repair\"?"),
        policy_fault("  match: {}\n  sources: [fields]\n",
                     "spec.sources[0]: \"fields\" is no source; did you mean \"field\"?"),
        profile_fault("  match: {}\n", "spec.settings: required"),
        profile_fault("  settings: [{name: net.core.somaxconn, value: 4096}]\n",
                      "must be a string; write \"4096\" in quotes"),
        profile_fault("  settings: [{name: net.core.somaxconn, value: '-1'}]\n",
                      "spec.settings[0].value: invalid value \"-1\" of net.core.somaxconn"),
        profile_fault("  settings: [{name: kernal.shmmax, value: '1'}]\n",
                      "did you mean kernel.shmmax?"),
        profile_fault("  settings: [{name: net.a, value: '1'}, {name: net.a, value: '2'}]\n",
                      "net.a stands twice, first in line 7"),
        Fault{policy_text("a", "  match: {}\n") + policy_text("a", "  match: {}\n"),
              "the name \"a\" is taken by p.yaml:2; give it another"}));

class Folder : public ::testing::Test {
 protected:
  void put(const std::string& name, std::string_view text) const {
    ASSERT_TRUE(linux::write_file(path_ / name, text).has_value());
  }
  const linux::TemporaryFolder path_ = linux::TemporaryFolder::make().value();
};

TEST_F(Folder, IsReadInTheOrderOfNames) {
  put("b.yml", policy_text("a-second", "  match: {}\n"));
  put("a.yaml", policy_text("first", "  match: {}\n"));
  put(".hidden.yaml", "garbage");
  put("README.txt", "garbage");
  const auto set = read_set(path_.path());
  ASSERT_TRUE(set.has_value()) << set.error().message;
  ASSERT_EQ(set->policies.size(), 2U);
  EXPECT_EQ(set->policies[0].name, "a-second");
}

TEST_F(Folder, IsRefusedWithOneBrokenFile) {
  put("a.yaml", policy_text("first", "  match: {}\n"));
  put("b.json", "{\"a\":}");
  const auto set = read_set(path_.path());
  ASSERT_FALSE(set.has_value());
  EXPECT_EQ(set.error().code, Code::invalid_argument);
  EXPECT_THAT(set.error().message, HasSubstr(path_ / "b.json:1:"));
}

TEST_F(Folder, ThatIsMissingIsAnError) {
  const auto set = read_set(path_ / "none");
  ASSERT_FALSE(set.has_value());
  EXPECT_EQ(set.error().code, Code::not_found);
}

TEST_F(Folder, KeepsToTheLimitOfAFile) {
  put("a.yaml", std::string(kFileLimits.input_bytes + 1, '#'));
  const auto set = read_set(path_.path());
  ASSERT_FALSE(set.has_value());
  EXPECT_EQ(set.error().code, Code::invalid_argument);
}

// The shipped schemas say what the reader takes, field by field.
class Schema : public ::testing::Test {
 protected:
  static json::Value load(const std::string& name) {
    const auto text = linux::read_file(std::string(PSYS_SCHEMAS) + "/" + name);
    EXPECT_TRUE(text.has_value());
    auto tree = json::parse(text.value_or("{}"), name);
    EXPECT_TRUE(tree.has_value());
    return tree.value_or(json::Value());
  }
  static void expect_fields(const json::Value& schema, FieldNames names) {
    std::vector<std::string> found;
    for (const auto& [name, value] : schema.at("properties").items()) {
      found.push_back(name);
    }
    EXPECT_THAT(found, ::testing::UnorderedElementsAreArray(names.begin(), names.end()));
    EXPECT_EQ(schema.at("additionalProperties"), false);
  }
  static void expect_match(const json::Value& match) {
    expect_fields(match, kMatchFields);
    const json::Value& selector = match.at("properties").at("podSelector");
    expect_fields(selector, kSelectorFields);
    expect_fields(selector.at("properties").at("matchExpressions").at("items"), kExpressionFields);
    EXPECT_EQ(selector, match.at("properties").at("namespaceSelector"));
  }
};

TEST_F(Schema, OfPoliciesIsTheReaders) {
  const json::Value schema = load("sysctlpolicy.v1alpha1.json");
  expect_fields(schema, kObjectFields);
  EXPECT_EQ(schema.at("properties").at("apiVersion").at("const"), kApiVersion);
  EXPECT_EQ(schema.at("properties").at("kind").at("const"), kPolicyKind);
  const json::Value& spec = schema.at("properties").at("spec");
  expect_fields(spec, kPolicySpecFields);
  EXPECT_EQ(spec.at("required"), json::Value::array({"match"}));
  expect_match(spec.at("properties").at("match"));
  const json::Value& allowed = spec.at("properties").at("allowed").at("items");
  expect_fields(allowed, kAllowedFields);
  for (const json::Value& mode : spec.at("properties").at("onForbidden").at("enum")) {
    EXPECT_TRUE(on_forbidden_from_string(mode.get<std::string>()).has_value());
  }
  EXPECT_EQ(spec.at("properties").at("onForbidden").at("enum").size(), 3U);
  for (const json::Value& mode : spec.at("properties").at("onDrift").at("enum")) {
    EXPECT_TRUE(on_drift_from_string(mode.get<std::string>()).has_value());
  }
  EXPECT_EQ(spec.at("properties").at("onDrift").at("enum").size(), 2U);
  for (const json::Value& source : spec.at("properties").at("sources").at("items").at("enum")) {
    EXPECT_TRUE(source_from_string(source.get<std::string>()).has_value());
  }
  EXPECT_EQ(spec.at("properties").at("sources").at("items").at("enum").size(), kSources);
}

TEST_F(Schema, OfProfilesIsTheReaders) {
  const json::Value schema = load("sysctlprofile.v1alpha1.json");
  expect_fields(schema, kObjectFields);
  EXPECT_EQ(schema.at("properties").at("kind").at("const"), kProfileKind);
  const json::Value& spec = schema.at("properties").at("spec");
  expect_fields(spec, kProfileSpecFields);
  EXPECT_EQ(spec.at("required"), json::Value::array({"settings"}));
  expect_match(spec.at("properties").at("match"));
  expect_fields(spec.at("properties").at("settings").at("items"), kSettingFields);
}

}  // namespace
}  // namespace podsysctl::rules
