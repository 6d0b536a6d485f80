// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/args_parse.h"
#include "cli/exit_codes.h"
#include "cli/test_support.h"

namespace podsysctl::cli {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Words = std::vector<std::string>;

// A command line with one of each kind.
class Args : public testing::Test {
 protected:
  Args() : app_("tool", "A tool") {
    Command& run = app_.command("run", "Run");
    run.flag("i,interactive", "", interactive_);
    run.flag("rm", "", remove_);
    run.flag("t,tty", "", tty_);
    run.option("name", "NAME", "", name_);
    run.option("e,env", "K=V", "", env_).also("environment");
    run.option("n,tail", "LINES", "", tail_);
    run.choice("o,output", {"text", "json"}, "", output_);
    run.argument("IMAGE", Need::optional, image_);
    run.rest("COMMAND", Need::optional, command_);
    run.usage_exit(kRunFailed);
    run.action([this] { return ++runs_; });
    Command& rm = app_.command("rm", "Remove");
    rm.flag("f,force", "", force_);
    rm.arguments("NAME", Need::required, names_);
    rm.action([this] { return ++runs_; });
    Command& image = app_.command("image", "Images");
    Command& import = image.command("import", "Import");
    import.argument("NAME", Need::required, name_);
    import.argument("SOURCE", Need::required, image_);
    import.action([this] { return ++runs_; });
  }

  // "" where it is taken, else the message.
  std::string refusal(const Words& words) {
    const auto invocation = parse(app_, words);
    return invocation ? "" : invocation.error().message;
  }

  Command app_;
  bool interactive_ = false;
  bool remove_ = false;
  bool tty_ = false;
  bool force_ = false;
  std::string name_ = "default";
  std::string output_;
  std::string image_;
  std::vector<std::string> env_;
  std::vector<std::string> command_;
  std::vector<std::string> names_;
  std::optional<std::size_t> tail_;
  int runs_ = 0;
};

TEST_F(Args, FlagsInEverySpelling) {
  EXPECT_EQ(refusal({"run", "-it", "--rm", "--name=web", "-e", "A=1", "-eB=2", "--env", "C=3",
                     "--environment=D=4", "-n5", "-o", "json", "nginx"}),
            "");
  EXPECT_TRUE(interactive_ && tty_ && remove_);
  EXPECT_EQ(name_, "web");
  EXPECT_THAT(env_, ElementsAre("A=1", "B=2", "C=3", "D=4"));
  EXPECT_EQ(tail_, 5U);
  EXPECT_EQ(output_, "json");
  EXPECT_EQ(image_, "nginx");
}

TEST_F(Args, AfterTheImageEverythingIsTheCommands) {
  EXPECT_EQ(refusal({"run", "--rm", "alpine", "-i", "--name", "x", "--", "--help", "-h", ""}), "");
  EXPECT_TRUE(remove_);
  EXPECT_FALSE(interactive_);
  EXPECT_EQ(name_, "default");
  EXPECT_EQ(image_, "alpine");
  EXPECT_THAT(command_, ElementsAre("-i", "--name", "x", "--", "--help", "-h", ""));
}

TEST_F(Args, ValuesAreTakenAsTheyAre) {
  EXPECT_EQ(refusal({"run", "--name=", "-e", "-x", "-e", "--", "-e", "[a,b]", "-e", "", "-e=c",
                     "--env=--rm", "image"}),
            "");
  EXPECT_EQ(name_, "");
  EXPECT_THAT(env_, ElementsAre("-x", "--", "[a,b]", "", "=c", "--rm"));
  EXPECT_FALSE(remove_);
  EXPECT_EQ(image_, "image");
  EXPECT_THAT(command_, IsEmpty());
}

TEST_F(Args, ASwitchTakesAValueAndTheLastOneCounts) {
  EXPECT_EQ(refusal({"run", "--rm", "--tty", "--rm=false", "--name", "a", "--name", "b"}), "");
  EXPECT_FALSE(remove_);
  EXPECT_TRUE(tty_);
  EXPECT_EQ(name_, "b");
}

TEST_F(Args, FlagsMayStandBetweenNames) {
  EXPECT_EQ(refusal({"rm", "a", "-f", "b", "--", "-c", "--"}), "");
  EXPECT_TRUE(force_);
  EXPECT_THAT(names_, ElementsAre("a", "b", "-c", "--"));
}

TEST_F(Args, ALoneDashIsAnArgument) {
  EXPECT_EQ(refusal({"rm", "-"}), "");
  EXPECT_THAT(names_, ElementsAre("-"));
}

TEST_F(Args, ACommandOfACommand) {
  EXPECT_EQ(refusal({"image", "import", "nginx", "oci:dir"}), "");
  EXPECT_EQ(name_, "nginx");
  EXPECT_EQ(image_, "oci:dir");
}

struct Refused {
  const char* name;
  Words words;
  const char* message;
};

TEST_F(Args, RefusesInOneLine) {
  const Refused cases[] = {
      {"unknown flag", {"run", "--nam", "x"}, "unknown flag: --nam, did you mean --name?"},
      {"far from any flag", {"run", "--sysctls=x"}, "unknown flag: --sysctls"},
      {"no name", {"run", "--=x"}, "unknown flag: --"},
      {"unknown letter", {"run", "-ix"}, "unknown shorthand flag: 'x' in -ix"},
      {"control characters", {"run", "--a\x1b[31m"}, "unknown flag: --a\\x1b[31m"},
      {"no value", {"run", "--name"}, "flag needs an argument: --name NAME"},
      {"no value for a letter", {"run", "-e"}, "flag needs an argument: -e K=V"},
      {"switch", {"run", "--rm=yes"}, "invalid argument \"yes\" for --rm: it is true or false"},
      {"number",
       {"run", "-n", "-1"},
       "invalid argument \"-1\" for -n: it is a number of 0 or more"},
      {"choice",
       {"run", "-o", "yaml"},
       "invalid argument \"yaml\" for -o: it is one of text, json"},
      {"missing", {"rm", "-f"}, "missing argument: NAME"},
      {"second missing", {"image", "import", "a"}, "missing argument: SOURCE"},
      {"too many", {"image", "import", "a", "b", "c"}, "unexpected argument \"c\""},
      {"unknown command", {"rmm"}, "unknown command \"rmm\", did you mean rm?"},
      {"unknown inner command", {"image", "list"}, "unknown command \"list\""},
      {"no command", {}, "a command is missing"},
      {"no inner command", {"image"}, "a command is missing"},
      {"flag before the command", {"--root", "x"}, "unknown flag: --root"},
  };
  for (const Refused& refused : cases) {
    EXPECT_EQ(refusal(refused.words), refused.message) << refused.name;
  }
  EXPECT_EQ(runs_, 0);
}

TEST_F(Args, HelpGoesBeforeWhatIsMissing) {
  for (const Words& words : {Words{"rm", "--help"}, Words{"rm", "-fh"}, Words{"-h"},
                             Words{"image", "--help"}, Words{"run", "-i", "--help", "--bogus"}}) {
    const auto invocation = parse(app_, words);
    ASSERT_TRUE(invocation) << invocation.error().message;
    EXPECT_EQ(invocation->wish, Invocation::Wish::help);
  }
}

TEST_F(Args, TheExitCodeIsTheActionsOrTheCommandsForAWrongLine) {
  const auto run = [this](const Words& words) { return dispatch(app_, words); };
  EXPECT_EQ(run({"rm", "a"}), 1);
  EXPECT_EQ(run({"run", "a"}), 2);
  EXPECT_EQ(run({"rm"}), kUsage);
  EXPECT_EQ(run({"run", "--bogus"}), kRunFailed);
  EXPECT_EQ(run({"bogus"}), kUsage);
  EXPECT_EQ(runs_, 2);
}

TEST_F(Args, AWrongLineIsOneLineAndAHint) {
  const Printed printed = run_words(app_, {"image", "import", "--bogus"});
  EXPECT_EQ(printed.code, kUsage);
  EXPECT_EQ(printed.out, "");
  EXPECT_EQ(printed.err, "tool: unknown flag: --bogus\nhint: tool image import --help\n");
}

}  // namespace
}  // namespace podsysctl::cli
