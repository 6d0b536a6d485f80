// SPDX-License-Identifier: Apache-2.0
// `podsysctl check` from its words to what it prints and its exit code, on the project's manifests.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/exit_codes.h"
#include "cli/test_support.h"

namespace podsysctl::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr int kCouldNotRun = 2;
const std::string kPods = std::string(PSYS_TEST_DATA) + "/pods/";

Printed check(std::vector<std::string> words) {
  words.insert(words.begin(), "check");
  return run_words(words);
}

TEST(Check, FindsAndSaysSo) {
  const Printed found = check({kPods + "field-pod.yaml"});
  EXPECT_EQ(found.code, kFailed);
  EXPECT_EQ(found.err, "");
  EXPECT_THAT(found.out,
              HasSubstr("  8:13: error PSC101: forbidden sysctl: \"net.core.somaxconn\" not "
                        "allowlisted  (Pod test-sysctl)\n"
                        "    8 |     - name: net.core.somaxconn\n"
                        "      |             ^\n"));
  EXPECT_THAT(found.out, HasSubstr("1 document, 1 workload: 1 error, "));
}

TEST(Check, ExitCodes) {
  const std::string field = kPods + "field-pod.yaml";
  const std::string annotation = kPods + "annotation-pod.yaml";
  EXPECT_EQ(check({field, "--allowed-unsafe-sysctls", "net.*"}).code, kOk);
  EXPECT_EQ(check({field, "--disable", "PSC101"}).code, kOk);
  EXPECT_EQ(check({field, "--severity", "PSC101=warning"}).code, kOk);
  EXPECT_EQ(check({annotation}).code, kOk);
  EXPECT_EQ(check({annotation, "--fail-on", "warning"}).code, kFailed);
  EXPECT_EQ(check({annotation, "--severity", "PSC109=error"}).code, kFailed);
  EXPECT_EQ(check({kPods + "init-container-pod-as-published.yaml"}).code, kFailed);
  for (const std::vector<std::string>& words : {std::vector<std::string>{},
                                                {"/nonexistent.yaml"},
                                                {field, "--kubernetes-version", "9"},
                                                {field, "--kubelet-config", field},
                                                {field, "--nonsense"},
                                                {field, "-o", "yaml"},
                                                {field, "--disable", "PSC000"}}) {
    const Printed refused = check(words);
    EXPECT_EQ(refused.code, kCouldNotRun) << (words.empty() ? "" : words.back());
    EXPECT_THAT(refused.err, StartsWith("podsysctl: "));
  }
}

TEST(Check, EveryFormIsWritten) {
  const std::string field = kPods + "field-pod.yaml";
  EXPECT_THAT(check({field, "-o", "json"}).out,
              StartsWith("{\"findings\":[\n{\"rule\":\"PSC101\","));
  EXPECT_THAT(check({field, "-o", "sarif"}).out, HasSubstr("\"version\":\"2.1.0\""));
  EXPECT_THAT(check({field, "-o", "junit"}).out, HasSubstr("<testsuite "));
  EXPECT_THAT(check({field, "-o", "github"}).out, HasSubstr("::error file="));
}

TEST(Check, TheSameFromJsonAndFromAFolder) {
  EXPECT_THAT(check({kPods + "field-pod.json", "--allowed-unsafe-sysctls", "net.*"}).err,
              IsEmpty());
  const Printed folder = check({kPods, "-o", "json", "-j", "3"});
  EXPECT_EQ(folder.code, kFailed);
  EXPECT_THAT(folder.out, HasSubstr("annotation-pod.yaml\""));
  EXPECT_THAT(folder.out, HasSubstr("\"rule\":\"PSC404\""));
  EXPECT_EQ(folder.out, check({kPods, "-o", "json", "-j", "1"}).out);
}

}  // namespace
}  // namespace podsysctl::cli
