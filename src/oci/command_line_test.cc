// SPDX-License-Identifier: Apache-2.0
#include "oci/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace podsysctl::oci {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using Words = std::vector<std::string>;

CommandLine parsed(const Words& words) {
  const auto line = parse_command_line(words);
  EXPECT_TRUE(line.has_value()) << (line ? "" : line.error().message);
  return line.value_or(CommandLine());
}

struct Row {
  Words words;
  const char* verb;
  const char* bundle;
  const char* pid_file;
  const char* id;
};
class Create : public ::testing::TestWithParam<Row> {};
TEST_P(Create, IsReadAsTheManagersWriteIt) {
  const CommandLine line = parsed(GetParam().words);
  EXPECT_EQ(line.verb(), GetParam().verb);
  EXPECT_EQ(line.bundle, GetParam().bundle);
  EXPECT_EQ(line.pid_file, GetParam().pid_file);
  EXPECT_EQ(line.id, GetParam().id);
  EXPECT_THAT(line.words, ElementsAreArray(GetParam().words)) << "passed on as it is";
}
INSTANTIATE_TEST_SUITE_P(
    Table, Create,
    ::testing::Values(
        // containerd's shim
        Row{{"--root", "/run/r", "--log", "/b/log.json", "--log-format", "json", "--systemd-cgroup",
             "create", "--bundle", "/b", "--pid-file", "/b/init.pid", "--console-socket", "/s",
             "c1"},
            "create",
            "/b",
            "/b/init.pid",
            "c1"},
        // conmon
        Row{{"--log-format=json", "--log=/b/log", "--cgroup-manager", "disabled", "create",
             "--bundle=/b", "--pid-file=/b/pid", "c2"},
            "create",
            "/b",
            "/b/pid",
            "c2"},
        Row{{"create", "-b", "/b", "c3"}, "create", "/b", "", "c3"},
        Row{{"create", "c4", "-bundle", "/b"}, "create", "/b", "", "c4"},
        Row{{"create", "--preserve-fds", "2", "--no-pivot", "--", "-c5"}, "create", ".", "", "-c5"},
        // Nobody knows whether an unknown flag takes a value, but a verb is a verb.
        Row{{"--new-flag", "value", "create", "c6"}, "create", ".", "", "c6"},
        Row{{"--new-flag", "create", "c7"}, "create", ".", "", "c7"},
        Row{{"--root", "create", "run", "--detach", "c8"}, "run", ".", "", "c8"},
        Row{{"create"}, "create", ".", "", ""}, Row{{"--version"}, "", ".", "", ""},
        Row{{"kill", "--all", "c9", "9"}, "kill", ".", "", ""}, Row{{}, "", ".", "", ""},
        Row{{"--root"}, "", ".", "", ""}, Row{{"create", "--bundle"}, "create", ".", "", ""}));

TEST(CommandLine, TakesOutOurOwnFlags) {
  const CommandLine line =
      parsed({"--podsysctl-runtime", "crun", "--root=/r", "--podsysctl-policy-dir=/p",
              "--podsysctl-config=/c", "state", "--podsysctl-runtime"});
  EXPECT_EQ(line.runtime, "crun");
  EXPECT_EQ(line.policy_folder, "/p");
  EXPECT_EQ(line.config, "/c");
  EXPECT_THAT(line.words, ElementsAre("--root=/r", "state", "--podsysctl-runtime"));
  EXPECT_EQ(line.verb(), "state");
}

TEST(CommandLine, RefusesOurOwnFlagsWhereTheyMakeNoSense) {
  const struct {
    Words words;
    const char* message;
  } rows[] = {{{"--podsysctl-runtim=x", "state"}, "unknown flag --podsysctl-runtim"},
              {{"--podsysctl-runtime"}, "needs a value"},
              {{"--podsysctl-runtime=", "state"}, "needs a value"}};
  for (const auto& row : rows) {
    const auto line = parse_command_line(row.words);
    ASSERT_FALSE(line.has_value());
    EXPECT_EQ(line.error().code, Code::invalid_argument);
    EXPECT_THAT(line.error().message, HasSubstr(row.message));
  }
}

TEST(CommandLine, FindsLogAndDescription) {
  const CommandLine line = parsed({"--log", "/l", "--log-format=json", "create", "-b", "/b", "c"});
  EXPECT_EQ(line.log, "/l");
  EXPECT_EQ(line.log_format, "json");
  EXPECT_EQ(line.spec_path(), "/b/config.json");
  EXPECT_EQ(parsed({"create", "-b", "/b", "-f", "c2.json", "c"}).spec_path(), "/b/c2.json");
  EXPECT_EQ(parsed({"create", "-b", "/b", "--config=/x/c.json", "c"}).spec_path(), "/x/c.json");
}

}  // namespace
}  // namespace podsysctl::oci
