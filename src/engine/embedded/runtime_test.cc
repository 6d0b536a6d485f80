// SPDX-License-Identifier: Apache-2.0
// Choosing a runtime and understanding what it says; no container is started.
#include "engine/embedded/runtime.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace podsysctl::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(RuntimeFailure, IsRecognisedByItsCause) {
  struct Case {
    const char* text;
    int exit_code;
  };
  const Case cases[] = {
      {R"(runc run failed: unable to start container process: exec: "nope": executable file not found in $PATH)",
       127},
      {R"(runc run failed: unable to start container process: exec: "/nope": stat /nope: no such file or directory)",
       127},
      {R"(unable to start container process: error during container init: exec: "/etc": is a directory)",
       126},
      {R"(runc run failed: unable to start container process: exec: "/bin/noexec": permission denied)",
       126},
      {"executable file `nope` not found in $PATH: No such file or directory", 127},
      {"executable file `nope` not found: No such file or directory", 127},
      {"open executable: Permission denied", 126},
      {"open executable: Operation not permitted", 126},
      {"the path `/bin/x` exists but it is not executable: Operation not permitted", 126},
      {"the path `/etc` is not a regular file: Operation not permitted", 126},
      {"exec container process `/bin/x`: Exec format error", 126},
      {"exec container process (missing dynamic library?) `/bin/x`: No such file or directory",
       127},
      // The same words about other things than the command.
      {"mount `proc` to `proc`: No such file or directory", 125},
      {"the path `/x` is not a directory: Operation not permitted", 125},
      {"open /proc/1/ns/net: permission denied", 125},
      {"", 125},
  };
  for (const Case& c : cases) {
    const StartFailure failure = classify_start_failure("/usr/bin/x", c.text);
    EXPECT_EQ(failure.exit_code, c.exit_code) << c.text;
    EXPECT_THAT(failure.error.message, HasSubstr(c.text));
    EXPECT_THAT(failure.error.message, HasSubstr("/usr/bin/x"));
  }
  EXPECT_THAT(classify_start_failure("x", "").error.message, HasSubstr("it gave no reason"));
}

TEST(RuntimeLog, TheLastErrorCounts) {
  EXPECT_EQ(error_of_runtime_log(""), "");
  EXPECT_EQ(error_of_runtime_log("{\"level\":\"warning\",\"msg\":\"w\"}\n"), "");
  EXPECT_EQ(error_of_runtime_log("junk\n{\"msg\":\"first\",\"level\":\"error\"}\n"
                                 "{\"level\":\"error\",\"msg\":\"a \\\"b\\\"\",\"time\":\"t\"}\n"
                                 "{\"level\":\"info\",\"msg\":\"i\"}\n{\"level\":"),
            "a \"b\"");
}

CgroupLayout layout(CgroupMode mode) {
  CgroupLayout layout;
  layout.mode = mode;
  if (mode == CgroupMode::hybrid) {
    layout.v2 = "/sys/fs/cgroup/unified";
    layout.v2_controllers = {"hugetlb"};
  }
  return layout;
}

TEST(RuntimeChoiceTest, FollowsTheCgroupLayout) {
  if (!linux::find_program("crun") || !linux::find_program("runc")) {
    GTEST_SKIP() << "needs runc and crun";
  }
  const auto crun = choose_runtime("", layout(CgroupMode::v2));
  ASSERT_TRUE(crun) << crun.error().message;
  EXPECT_EQ(crun->kind, RuntimeKind::crun);
  EXPECT_THAT(crun->unmount, IsEmpty());
  EXPECT_THAT(choose_runtime("crun", layout(CgroupMode::hybrid)).value().unmount,
              ElementsAre("/sys/fs/cgroup/unified"));
  EXPECT_THAT(choose_runtime("", layout(CgroupMode::none)).value().arguments,
              ElementsAre("--cgroup-manager=disabled"));
  const auto runc = choose_runtime("runc", layout(CgroupMode::hybrid));
  ASSERT_TRUE(runc) << runc.error().message;
  EXPECT_EQ(runc->kind, RuntimeKind::runc);
  EXPECT_THAT(runc->unmount, IsEmpty());
  EXPECT_TRUE(choose_runtime(runc->path, layout(CgroupMode::v1)));
}

TEST(RuntimeChoiceTest, NamesWhatIsMissing) {
  for (const char* const name : {"no-such-runtime", "/no/such/runtime"}) {
    const auto choice = choose_runtime(name, layout(CgroupMode::v2));
    ASSERT_FALSE(choice);
    EXPECT_EQ(choice.error().code, Code::not_found);
    EXPECT_THAT(choice.error().message, HasSubstr(name));
    EXPECT_THAT(choice.error().message, HasSubstr("--runtime"));
  }
}

}  // namespace
}  // namespace podsysctl::engine
