// SPDX-License-Identifier: Apache-2.0
// `podsysctl migrate` and `check --fix`, from their words to files, output and exit code.
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/test_support.h"
#include "linux/file.h"
#include "linux/temporary_folder.h"

namespace podsysctl::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr const char* kMoves = R"(apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  initContainers:
  - name: tune
    image: busybox
    command: [sysctl, -w, net.core.somaxconn=1024, vm.swappiness=1]
  containers:
  - {name: a, image: nginx}
)";
constexpr const char* kMoved = R"(apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  securityContext:
    sysctls:
    - name: net.core.somaxconn
      value: "1024"
  containers:
  - {name: a, image: nginx}
)";
constexpr const char* kStays = R"(apiVersion: v1
kind: Pod
spec:
  initContainers:
  - {name: tune, command: [sh, -c, "sysctl -w net.core.somaxconn=$N"]}
  containers: []
)";
constexpr const char* kUnquoted = R"(apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  securityContext:
    sysctls:
    - {name: kernel.shm_rmid_forced, value: 1}  # safe
  containers: [{name: a, image: nginx}]
)";

class Rewriting : public testing::Test {
 protected:
  std::string file(const std::string& name, std::string_view text) const {
    EXPECT_TRUE(linux::write_file(folder_ / name, text));
    return folder_ / name;
  }
  std::string text(const std::string& name) const {
    return linux::read_file(folder_ / name).value_or("none");
  }
  std::string folder() const { return folder_.path(); }

  static Printed run(const std::vector<std::string>& words) { return run_words(words); }

 private:
  const linux::TemporaryFolder folder_ = linux::TemporaryFolder::make().value();
};

TEST_F(Rewriting, MigratePrints) {
  const Printed done = run({"migrate", file("p.yaml", kMoves)});
  EXPECT_EQ(done.code, 0);
  EXPECT_EQ(done.out, kMoved);
  EXPECT_THAT(done.err, HasSubstr("vm.swappiness = 1\n"));
  EXPECT_THAT(done.err, HasSubstr("allowedUnsafeSysctls:\n- net.core.somaxconn\n"));
  EXPECT_EQ(text("p.yaml"), kMoves);
}

TEST_F(Rewriting, MigrateInPlace) {
  const std::string path = file("p.yaml", kMoves);
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  const Printed done = run({"migrate", "--in-place", path, "--rest", folder() + "/rest"});
  EXPECT_EQ(done.code, 0);
  EXPECT_THAT(done.out + done.err, IsEmpty());
  EXPECT_EQ(text("p.yaml"), kMoved);
  EXPECT_EQ(text("p.yaml.bak"), kMoves);
  EXPECT_THAT(text("rest"), StartsWith("# Node: "));
  EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms::owner_all);
  std::filesystem::remove(path + ".bak");
  EXPECT_EQ(run({"migrate", "-i", path}).code, 0);
  EXPECT_EQ(text("p.yaml.bak"), "none") << "nothing changed, no backup";
}

TEST_F(Rewriting, MigrateDiff) {
  const Printed done = run({"migrate", "--diff", file("p.yaml", kMoves), "--to", "annotation"});
  EXPECT_EQ(done.code, 0);
  EXPECT_THAT(done.out, HasSubstr("-  initContainers:\n"));
  EXPECT_THAT(done.out, HasSubstr("podsysctl.io/sysctls: \"net.core.somaxconn = 1024\\n\""));
  EXPECT_EQ(text("p.yaml"), kMoves);
}

TEST_F(Rewriting, MigrateExitCodes) {
  const Printed stays = run({"migrate", file("stays.yaml", kStays)});
  EXPECT_EQ(stays.code, 1);
  EXPECT_EQ(stays.out, kStays);
  EXPECT_THAT(stays.err, HasSubstr("stays.yaml:5:47: Pod: init container \"tune\" stays: the value "
                                   "of net.core.somaxconn is only known when it runs\n"));
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"migrate"},
        {"migrate", folder() + "/absent.yaml"},
        {"migrate", file("broken.yaml", "a: [")},
        {"migrate", file("p.yaml", kMoves), "--kubernetes-version", "2.0"},
        {"migrate", file("p.yaml", kMoves), "--kernel-version", "new"},
        {"migrate", file("p.yaml", kMoves), "--to", "nowhere"},
        {"migrate", "--diff", "--in-place", file("p.yaml", kMoves)},
        {"migrate", file("p.yaml", kMoves), file("q.yaml", kMoves)},
        {"migrate", "--in-place", "-"}}) {
    const Printed refused = run(words);
    EXPECT_EQ(refused.code, 2) << words.back();
    EXPECT_THAT(refused.err, StartsWith("podsysctl: ")) << words.back();
  }
}

TEST_F(Rewriting, CheckFix) {
  const std::string path = file("p.yaml", kUnquoted);
  const Printed diff = run({"check", "--diff", path});
  EXPECT_EQ(diff.code, 1);
  EXPECT_THAT(diff.out, HasSubstr("+    - {name: kernel.shm_rmid_forced, value: \"1\"}  # safe\n"));
  EXPECT_EQ(text("p.yaml"), kUnquoted);
  const Printed fixed = run({"check", "--fix", path});
  EXPECT_EQ(fixed.code, 0);
  EXPECT_THAT(fixed.err, HasSubstr("p.yaml:7:45: wrote 1 in quotes\n"));
  EXPECT_THAT(text("p.yaml"), HasSubstr("value: \"1\"}  # safe\n"));
  EXPECT_EQ(run({"check", "--diff", path}).code, 0);
  EXPECT_EQ(run({"check", "--diff", file("broken.yaml", "a: [")}).code, 2);
}

}  // namespace
}  // namespace podsysctl::cli
