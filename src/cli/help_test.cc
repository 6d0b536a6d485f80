// SPDX-License-Identifier: Apache-2.0
// The help texts are documentation: docs/cli/*.txt hold them, tools/update_cli_docs.sh renews them.
#include <filesystem>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/args_help.h"
#include "cli/main.h"
#include "linux/file.h"

namespace podsysctl::cli {
namespace {

constexpr std::size_t kWidestLine = 100;

// "podsysctl image ls" -> "image-ls.txt"
std::string file_of(const Command& command) {
  std::string name = command.path();
  for (char& c : name) {
    c = c == ' ' ? '-' : c;
  }
  const std::string program = "podsysctl-";
  return (name.starts_with(program) ? name.substr(program.size()) : name) + ".txt";
}

template <class Visit>
void for_each_command(const Command& command, const Visit& visit) {
  visit(command);
  for (const auto& inner : command.commands()) {
    for_each_command(*inner, visit);
  }
}

TEST(Help, IsAsDocumented) {
  const Command app = make_app();
  std::set<std::string> files;
  for_each_command(app, [&files](const Command& command) {
    const std::string path = std::string(PSYS_DOCS) + "/" + file_of(command);
    files.insert(file_of(command));
    const auto documented = linux::read_file(path);
    ASSERT_TRUE(documented) << documented.error().message;
    EXPECT_EQ(help_text(command), *documented) << "run tools/update_cli_docs.sh";
  });
  for (const auto& entry : std::filesystem::directory_iterator(PSYS_DOCS)) {
    if (entry.path().extension() == ".txt") {
      EXPECT_TRUE(files.contains(entry.path().filename().string()))
          << entry.path() << " documents no command";
    }
  }
}

TEST(Help, EveryCommandSaysWhatItDoesAndCanBeRun) {
  const Command app = make_app();
  for_each_command(app, [](const Command& command) {
    EXPECT_FALSE(command.summary().empty()) << command.path();
    EXPECT_NE(command.commands().empty(), command.action() == nullptr) << command.path();
    std::set<std::string> names;
    std::set<char> letters;
    for (const auto& flag : command.flags()) {
      EXPECT_FALSE(flag->help.empty()) << command.path() << " --" << flag->name;
      EXPECT_TRUE(names.insert(flag->name).second) << command.path() << " --" << flag->name;
      EXPECT_TRUE(flag->letter == '\0' || letters.insert(flag->letter).second)
          << command.path() << " -" << flag->letter;
    }
    for (std::size_t start = 0, end = 0; end != std::string::npos; start = end + 1) {
      const std::string text = help_text(command);
      end = text.find('\n', start);
      EXPECT_LE(text.substr(start, end - start).size(), kWidestLine) << command.path();
    }
  });
}

}  // namespace
}  // namespace podsysctl::cli
