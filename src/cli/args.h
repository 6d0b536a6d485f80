// SPDX-License-Identifier: Apache-2.0
// The command line as data: commands, their flags and arguments, written once by each verb. From it
// come parsing (args_parse.h), help texts (args_help.h) and shell completion (completion.h).
// A flag writes into a variable of the verb; the verb's action, which owns these, runs afterwards.
// Thread-safety: one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace podsysctl::cli {

// What a shell can offer for a value.
// A target is a pod, pid:N or netns:PATH.
enum class Completes : std::uint8_t { nothing, files, folders, pods, images, sysctls, targets };

struct Flag {
  char letter = '\0';      // -d
  std::string name;        // --detach
  std::string alias;       // another long name, not shown
  std::string value_name;  // "KEY=VALUE"; "": a switch
  std::string help;
  std::vector<std::string> choices;  // the legal values; empty: any
  std::string choice_prefix;         // legal too: what begins with it; "": nothing else
  Completes completes = Completes::nothing;
  bool repeatable = false;
  std::function<Result<>(std::string_view)> set;  // a switch gets "true" or "false"

  Flag& also(std::string other_name);
  // A choice may also begin with `prefix`: ("container:", "NAME").
  Flag& or_with_prefix(std::string prefix, std::string_view rest);
  Flag& completed_with(Completes what);
  [[nodiscard]] bool is_switch() const noexcept { return value_name.empty(); }
};

enum class Need : std::uint8_t { required, optional };

struct Argument {
  // How many words it takes: one, all that are left, or all that follow the arguments before it,
  // flags included, since they belong to another program.
  enum class Takes : std::uint8_t { one, all, rest };
  std::string name;  // "IMAGE"
  Need need = Need::required;
  Takes takes = Takes::one;
  Completes completes = Completes::nothing;
  std::function<void(std::string_view)> set;

  Argument& completed_with(Completes what);
};

class Command {
 public:
  Command(std::string name, std::string summary);

  // A command of this one: "image" has "ls".
  Command& command(std::string name, std::string summary);

  // `names` is "d,detach" or "detach". Given twice, the last one counts, but for lists.
  Flag& flag(std::string_view names, std::string help, bool& target);
  Flag& option(std::string_view names, std::string value_name, std::string help,
               std::string& target);
  Flag& option(std::string_view names, std::string value_name, std::string help,
               std::vector<std::string>& target);
  Flag& option(std::string_view names, std::string value_name, std::string help,
               std::optional<std::size_t>& target);
  Flag& choice(std::string_view names, std::vector<std::string> choices, std::string help,
               std::string& target);

  Argument& argument(std::string name, Need need, std::string& target);
  Argument& arguments(std::string name, Need need, std::vector<std::string>& target);
  Argument& rest(std::string name, Need need, std::vector<std::string>& target);

  // Instead of the usage line made from the arguments, e.g. for two forms of one command.
  Command& usage(std::vector<std::string> lines);
  // Below the summary in the help text.
  Command& details(std::string text);
  // The exit code for a wrong command line; 2 unless said otherwise.
  Command& usage_exit(int code);
  Command& action(std::function<int()> run);

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  // "podsysctl image ls"
  [[nodiscard]] std::string path() const;
  [[nodiscard]] const std::string& summary() const noexcept { return summary_; }
  [[nodiscard]] const std::string& details() const noexcept { return details_; }
  [[nodiscard]] const std::vector<std::string>& usage() const noexcept { return usage_; }
  [[nodiscard]] int usage_exit() const noexcept { return usage_exit_; }
  [[nodiscard]] const std::function<int()>& action() const noexcept { return action_; }
  [[nodiscard]] const std::vector<std::unique_ptr<Command>>& commands() const noexcept {
    return commands_;
  }
  [[nodiscard]] const std::vector<std::unique_ptr<Flag>>& flags() const noexcept { return flags_; }
  [[nodiscard]] const std::vector<std::unique_ptr<Argument>>& arguments() const noexcept {
    return arguments_;
  }
  [[nodiscard]] const Command* find_command(std::string_view name) const;
  [[nodiscard]] const Flag* find_flag(std::string_view name) const;
  [[nodiscard]] const Flag* find_flag(char letter) const;
  // "h,help", unless the command uses the letter for something else.
  [[nodiscard]] bool help_has_letter() const;

 private:
  Flag& add_flag(std::string_view names, std::string value_name, std::string help);
  Argument& add_argument(std::string name, Need need, Argument::Takes takes);

  std::string name_;
  std::string summary_;
  std::string details_;
  std::vector<std::string> usage_;
  int usage_exit_;
  std::function<int()> action_;
  const Command* parent_ = nullptr;
  std::vector<std::unique_ptr<Command>> commands_;
  std::vector<std::unique_ptr<Flag>> flags_;
  std::vector<std::unique_ptr<Argument>> arguments_;
};

}  // namespace podsysctl::cli
