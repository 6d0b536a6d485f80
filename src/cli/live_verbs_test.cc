// SPDX-License-Identifier: Apache-2.0
// The command lines of get, set and diff, and what they say where there is nothing to look at.
// Values in namespaces of their own: tests/kernel/live_kernel_test.cc, tests/e2e/live.case.
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/exit_codes.h"
#include "cli/test_support.h"
#include "json/json.h"
#include "linux/temporary_folder.h"

namespace podsysctl::cli {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class LiveVerbs : public testing::Test {
 protected:
  [[nodiscard]] Printed run(std::vector<std::string> words) const {
    words.insert(words.end(), {"--root", folder_ / "state"});
    return run_words(words);
  }

  const linux::TemporaryFolder folder_ = linux::TemporaryFolder::make().value();
};

TEST_F(LiveVerbs, WrongCommandLinesAreUsageErrors) {
  const std::pair<std::vector<std::string>, const char*> rows[] = {
      {{"get"}, "TARGET"},
      {{"get", "web", "--all", "--changed"}, "either --all or --changed"},
      {{"get", "web", "a.b", "--all"}, "either KEYs or --all"},
      {{"set", "web"}, "missing argument: KEY=VALUE"},
      {{"set", "web", "a.b=1", "--undo"}, "--undo takes no KEY=VALUE"},
      {{"diff", "web", "--all"}, "either a TARGET or --all"},
  };
  for (const auto& [words, message] : rows) {
    const Printed printed = run(words);
    EXPECT_EQ(printed.code, kUsage) << words.front();
    EXPECT_THAT(printed.err, HasSubstr(message));
    EXPECT_THAT(printed.err, HasSubstr("--help"));
  }
}

TEST_F(LiveVerbs, WhatIsNotThereIsSaid) {
  const std::pair<std::vector<std::string>, const char*> rows[] = {
      {{"get", "web"}, "no pod or container \"web\""},
      {{"get", "pid:none", "a.b"}, "a process id is a number"},
      {{"set", "web", "net.core.somaxconn=1"}, "no pod or container \"web\""},
      {{"set", "pid:1", "net.core.somaxconn"}, ""},
      {{"set", "web", "--undo"}, "no pod or container \"web\""},
      {{"set", "web", "a.b=1", "--allowed-unsafe-sysctls", "*"}, "*"},
      {{"diff", "web"}, "no pod or container \"web\""},
  };
  for (const auto& [words, message] : rows) {
    const Printed printed = run(words);
    EXPECT_EQ(printed.code, kFailed) << words.front();
    EXPECT_EQ(printed.out, "");
    EXPECT_THAT(printed.err, HasSubstr(message));
  }
}

TEST_F(LiveVerbs, LookingWithoutStateMakesNoneAndFindsNoDrift) {
  const Printed text = run({"diff"});
  EXPECT_EQ(text.code, kOk);
  EXPECT_EQ(text.out, "0 of 0 settings of 0 targets drifted\n");
  const Printed json = run({"diff", "-o", "json"});
  EXPECT_THAT(json.out, StartsWith("{"));
  EXPECT_THAT(json.out, HasSubstr("\"targets\": []"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "state"));
}

TEST_F(LiveVerbs, TheHostIsShownAsTheHost) {
  if (::geteuid() != 0) {
    GTEST_SKIP() << "needs root to make namespaces";
  }
  const std::string self = "pid:" + std::to_string(::getpid());
  const Printed text = run({"get", self, "net.core.somaxconn"});
  EXPECT_EQ(text.code, kOk) << text.err;
  EXPECT_THAT(text.out, HasSubstr("(the host's value: its net namespace is shared)"));
  const Printed unknown = run({"get", self, "net.core.no_such_key"});
  EXPECT_EQ(unknown.code, kFailed);
  EXPECT_THAT(unknown.err, HasSubstr("has a value of net.core.no_such_key"));
  const Printed refused = run({"set", self, "--force", "net.core.somaxconn=1234"});
  EXPECT_EQ(refused.code, kFailed);
  EXPECT_THAT(refused.err, HasSubstr("not allowed in host network namespace"));
}

}  // namespace
}  // namespace podsysctl::cli
