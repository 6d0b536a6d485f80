// SPDX-License-Identifier: Apache-2.0
#include "oci/runtime_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "linux/file.h"
#include "linux/temporary_folder.h"

namespace podsysctl::oci {
namespace {

using ::testing::HasSubstr;

std::optional<std::string> nothing(const std::string& /*variable*/) { return std::nullopt; }

class Choice : public ::testing::Test {
 protected:
  [[nodiscard]] CommandLine with_file(std::string_view text) const {
    EXPECT_TRUE(linux::write_file(folder_ / "runtime.yaml", text).has_value());
    CommandLine line;
    line.config = folder_ / "runtime.yaml";
    return line;
  }

  const linux::TemporaryFolder folder_ = linux::TemporaryFolder::make().value();
};

TEST_F(Choice, IsByFlagThenVariableThenFile) {
  CommandLine line = with_file("runtime: /bin/cat\npolicyDir: /p\n");
  EXPECT_EQ(choose_runtime(line, nothing)->program, "/bin/cat");
  EXPECT_EQ(choose_runtime(line, nothing)->policy_folder, "/p");
  const auto variable = [](const std::string& name) {
    return name == "PODSYSCTL_RUNTIME" ? std::optional<std::string>("/bin/true") : std::nullopt;
  };
  EXPECT_EQ(choose_runtime(line, variable)->program, "/bin/true");
  line.runtime = "/bin/false";
  line.policy_folder = "/q";
  EXPECT_EQ(choose_runtime(line, variable)->program, "/bin/false");
  EXPECT_EQ(choose_runtime(line, variable)->policy_folder, "/q");
  line.runtime = "sh";
  EXPECT_THAT(choose_runtime(line, nothing)->program, HasSubstr("/bin/sh"));
}

TEST_F(Choice, RefusesToStartItself) {
  CommandLine line;
  line.runtime = "/proc/self/exe";
  const auto choice = choose_runtime(line, nothing);
  ASSERT_FALSE(choice.has_value());
  EXPECT_EQ(choice.error().code, Code::conflict);
  EXPECT_THAT(choice.error().message, HasSubstr("is podsysctl-runtime itself"));
}

TEST_F(Choice, SaysWhatIsWrongWithTheFile) {
  const struct {
    const char* text;
    const char* message;
  } rows[] = {{"runtim: crun\n", "unknown field; taken are runtime and policyDir"},
              {"runtime: ''\n", "must not be empty"},
              {"runtime: [crun]\n", "runtime"},
              {"- runtime\n", "runtime.yaml"},
              {"runtime: crun\n---\nruntime: runc\n", "more than one document"}};
  for (const auto& row : rows) {
    const auto choice = choose_runtime(with_file(row.text), nothing);
    ASSERT_FALSE(choice.has_value()) << row.text;
    EXPECT_EQ(choice.error().code, Code::invalid_argument);
    EXPECT_THAT(choice.error().message, HasSubstr(row.message));
  }
}

TEST_F(Choice, NeedsTheFileThatIsNamed) {
  CommandLine line;
  line.config = folder_ / "missing.yaml";
  EXPECT_EQ(choose_runtime(line, nothing).error().code, Code::not_found);
  line.config.reset();
  line.runtime = "no-such-runtime";
  EXPECT_EQ(choose_runtime(line, nothing).error().code, Code::not_found);
}

}  // namespace
}  // namespace podsysctl::oci
