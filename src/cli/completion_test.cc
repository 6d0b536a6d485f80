// SPDX-License-Identifier: Apache-2.0
#include "cli/completion.h"

#include <algorithm>
#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "cli/agent_program.h"
#include "cli/main.h"
#include "linux/spawn.h"

namespace podsysctl::cli {
namespace {

using testing::HasSubstr;

// What bash would offer for a command line whose last word is being typed.
// The program is the first word.
std::string offered(const std::string& script, const std::vector<std::string>& words) {
  std::string line = script + "\nCOMP_WORDS=(";
  for (const std::string& word : words) {
    line += " '" + word + "'";
  }
  line += fmt::format(
      ")\nCOMP_CWORD={}\npodsysctl() {{ echo pod-one; echo pod-two; }}\n_{}\n"
      "echo \"${{COMPREPLY[*]}}\"\n",
      words.size() - 1, words.front());
  const auto answer =
      linux::run({.program = "bash", .args = {"--norc", "-u"}}, line, std::chrono::seconds(20));
  if (!answer) {
    return answer.error().message;
  }
  return std::string(trim(answer->out)) + answer->err;
}

bool is_installed(const std::string& program) { return linux::find_program(program).has_value(); }

TEST(BashCompletion, Offers) {
  if (!is_installed("bash")) {
    GTEST_SKIP() << "bash is not installed";
  }
  const std::string script = bash_completion(make_app());
  EXPECT_EQ(offered(script, {"podsysctl", "in"}), "inspect");
  EXPECT_EQ(offered(script, {"podsysctl", "image", ""}), "pull import ls rm");
  EXPECT_EQ(offered(script, {"podsysctl", "image", "pu"}), "pull");
  EXPECT_EQ(offered(script, {"podsysctl", "run", "--sysc"}), "--sysctl");
  EXPECT_EQ(offered(script, {"podsysctl", "run", "--network", ""}), "none host bridge");
  EXPECT_EQ(offered(script, {"podsysctl", "ps", "-o", "j"}), "json");
  EXPECT_EQ(offered(script, {"podsysctl", "rm", "pod-t"}), "pod-two");
  EXPECT_EQ(offered(script, {"podsysctl", "rm", "-f", "pod-o"}), "pod-one");
  // Names of keys are asked of `catalog`, which is the same fake here.
  EXPECT_EQ(offered(script, {"podsysctl", "explain", "pod-t"}), "pod-two");
  EXPECT_EQ(offered(script, {"podsysctl", "explain", "-o", "json", "a.b", ""}),
            "pod-one pod-two pid: netns: docker: cri:");
  EXPECT_EQ(offered(script, {"podsysctl", "explain", "a.b", "ne"}), "netns:");
  EXPECT_EQ(offered(script, {"podsysctl", "explain", "a.b", "netns", ":", "/etc/host"}),
            offered(script, {"podsysctl", "check", "/etc/host"}));
  EXPECT_EQ(offered(script, {"podsysctl", "explain", "a.b", "pid", ":"}), "");
  EXPECT_EQ(offered(script, {"podsysctl", "explain", "a.b", "pod-one", ""}), "");
  EXPECT_EQ(offered(script, {"podsysctl", "rm", "pod-one", "pod-t"}), "pod-two");
  EXPECT_EQ(offered(script, {"podsysctl", "get", "p"}), "pod-one pod-two pid:");
  EXPECT_EQ(offered(script, {"podsysctl", "image", "ls", "--"}), "--quiet --output --root --help");
  EXPECT_EQ(offered(script, {"podsysctl", "completion", ""}), "bash zsh fish");
  EXPECT_EQ(offered(script, {"podsysctl", "run", "--name", "x"}), "");
}

TEST(BashCompletion, OffersForTheAgentBesidePodsysctl) {
  if (!is_installed("bash")) {
    GTEST_SKIP() << "bash is not installed";
  }
  const std::string both = bash_completion(make_app()) + bash_completion(make_agent());
  EXPECT_EQ(offered(both, {"podsysctl-agent", ""}), "install uninstall completion");
  EXPECT_EQ(offered(both, {"podsysctl-agent", "--on"}), "--on-drift");
  EXPECT_EQ(offered(both, {"podsysctl-agent", "--on-drift", ""}), "report repair");
  EXPECT_EQ(offered(both, {"podsysctl-agent", "completion", "f"}), "fish");
  EXPECT_EQ(offered(both, {"podsysctl", "agent", ""}), "status");
}

std::string join_lines(std::string_view lines) {
  std::string text(lines);
  std::ranges::replace(text, '\n', ' ');
  return text;
}

void expect_no_syntax_error(const std::string& shell, const std::vector<std::string>& args,
                            const std::string& script) {
  if (!is_installed(shell)) {
    GTEST_SKIP() << shell << " is not installed";
  }
  const auto answer =
      linux::run({.program = shell, .args = args}, script, std::chrono::seconds(20));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 0) << answer->err;
  EXPECT_EQ(answer->err, "");
}

TEST(BashCompletion, IsSound) {
  expect_no_syntax_error("bash", {"--norc", "-n"},
                         bash_completion(make_app()) + bash_completion(make_agent()));
}
TEST(ZshCompletion, IsSound) {
  expect_no_syntax_error("zsh", {"-f", "-n"},
                         zsh_completion(make_app()) + zsh_completion(make_agent()));
}
TEST(FishCompletion, IsSound) {
  expect_no_syntax_error("fish", {"--no-config", "--no-execute", "/dev/stdin"},
                         fish_completion(make_app()) + fish_completion(make_agent()));
}

// What fish would offer for a line whose last word is being typed.
std::string fish_offers(const std::string& line) {
  const std::string script = fish_completion(make_app()) +
                             "\nfunction podsysctl; echo pod-one; echo pod-two; end\n" +
                             "complete -C '" + line + "' | string replace -r '\\t.*' ''\n";
  const auto answer = linux::run({.program = "fish", .args = {"--no-config", "/dev/stdin"}}, script,
                                 std::chrono::seconds(20));
  if (!answer) {
    return answer.error().message;
  }
  return join_lines(trim(answer->out)) + answer->err;
}

TEST(FishCompletion, Offers) {
  if (!is_installed("fish")) {
    GTEST_SKIP() << "fish is not installed";
  }
  EXPECT_EQ(fish_offers("podsysctl explain pod-t"), "pod-two");
  EXPECT_EQ(fish_offers("podsysctl explain netns"), "");
  EXPECT_EQ(fish_offers("podsysctl explain -o json a.b netns"), "netns:");
  EXPECT_EQ(fish_offers("podsysctl explain a.b pod-"), "pod-one pod-two");
  EXPECT_EQ(fish_offers("podsysctl rm pod-one pod-t"), "pod-two");
}

// Every command and flag is in every script: what is defined is offered.
void expect_all_in(const Command& command, const std::string& script, const std::string& dashes) {
  for (const auto& flag : command.flags()) {
    EXPECT_THAT(script, HasSubstr(dashes + flag->name)) << command.path();
  }
  for (const auto& inner : command.commands()) {
    EXPECT_THAT(script, HasSubstr(inner->name()));
    expect_all_in(*inner, script, dashes);
  }
}

TEST(Completion, HasEveryCommandAndFlag) {
  for (const auto make : {&make_app, &make_agent}) {
    const Command app = make();
    expect_all_in(app, bash_completion(app), "--");
    expect_all_in(app, zsh_completion(app), "--");
    expect_all_in(app, fish_completion(app), "-l ");
  }
}

}  // namespace
}  // namespace podsysctl::cli
