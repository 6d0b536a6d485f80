// SPDX-License-Identifier: Apache-2.0
// `podsysctl policy`, from its words to what it prints, over the examples of docs/policy.md.
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/exit_codes.h"
#include "cli/test_support.h"
#include "linux/file.h"

namespace podsysctl::cli {
namespace {

using ::testing::HasSubstr;

const std::string kFolder = std::string(PSYS_TEST_DATA) + "/policy";

std::string golden(const std::string& name) {
  return linux::read_file(kFolder + "/" + name).value_or("");
}

struct Case {
  const char* pod;
  std::vector<std::string> flags;
  int code;
  const char* golden;
};
class PolicyTest : public ::testing::TestWithParam<Case> {
 protected:
  // Lines are wrapped, so the paths in them must be the same on every machine.
  void SetUp() override { std::filesystem::current_path(kFolder); }
  void TearDown() override { std::filesystem::current_path(before_); }

 private:
  std::filesystem::path before_ = std::filesystem::current_path();
};

TEST_P(PolicyTest, PrintsTheGoldenText) {
  std::vector<std::string> words{"policy",   "test",  "--policy-dir",
                                 "policy.d", "--pod", GetParam().pod};
  words.insert(words.end(), GetParam().flags.begin(), GetParam().flags.end());
  const Printed printed = run_words(words);
  EXPECT_EQ(printed.code, GetParam().code) << printed.err;
  EXPECT_EQ(printed.out, golden(GetParam().golden));
}

INSTANTIATE_TEST_SUITE_P(
    Examples, PolicyTest,
    ::testing::Values(Case{"web.yaml", {}, kOk, "web.txt"},
                      Case{"web.yaml", {"-o", "json"}, kOk, "web.json"},
                      Case{"greedy.yaml", {}, kFailed, "greedy.txt"},
                      Case{"old.yaml", {"--namespace", "legacy"}, kFailed, "old.txt"},
                      Case{"silent.yaml", {}, kOk, "silent.txt"}));

TEST(Policy, ShowListsPoliciesAndProfiles) {
  const Printed printed = run_words({"policy", "show", "--policy-dir", kFolder + "/policy.d"});
  EXPECT_EQ(printed.code, kOk) << printed.err;
  EXPECT_THAT(printed.out, HasSubstr("SysctlPolicy   web"));
  EXPECT_THAT(printed.out, HasSubstr("built in"));
  const Printed as_json =
      run_words({"policy", "show", "--policy-dir", kFolder + "/policy.d", "-o", "json"});
  EXPECT_THAT(as_json.out, HasSubstr("\"selectsPods\": true"));
}

TEST(Policy, CheckNamesFileLineAndField) {
  const Printed good = run_words({"policy", "check", kFolder + "/policy.d"});
  EXPECT_EQ(good.code, kOk) << good.err;
  EXPECT_THAT(good.err, HasSubstr("3 policies, 2 profiles"));
  const Printed absent = run_words({"policy", "check", "/no/such/folder"});
  EXPECT_EQ(absent.code, kFailed);
  EXPECT_THAT(absent.err, HasSubstr("/no/such/folder: No such file"));
  const Printed bad = run_words({"policy", "check", kFolder + "/broken.yaml"});
  EXPECT_EQ(bad.code, kFailed);
  EXPECT_THAT(bad.err, HasSubstr("broken.yaml:7:3: spec.alowed: unknown field; did you mean "
                                 "\"allowed\"?"));
}

TEST(Policy, TestNeedsAPodAndReadablePolicies) {
  EXPECT_EQ(run_words({"policy", "test"}).code, kUsage);
  const Printed missing = run_words(
      {"policy", "test", "--policy-dir", "/no/such/folder", "--pod", kFolder + "/web.yaml"});
  EXPECT_EQ(missing.code, kFailed);
  EXPECT_THAT(missing.err, HasSubstr("/no/such/folder"));
  const Printed empty = run_words({"policy", "test", "--policy-dir", kFolder + "/policy.d", "--pod",
                                   kFolder + "/policy.d/20-profiles.yaml"});
  EXPECT_EQ(empty.code, kFailed);
  EXPECT_THAT(empty.err, HasSubstr("holds no pod and no pod template"));
}

}  // namespace
}  // namespace podsysctl::cli
