// SPDX-License-Identifier: Apache-2.0
#include "cli/args.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "cli/exit_codes.h"

namespace podsysctl::cli {

Flag& Flag::also(std::string other_name) {
  alias = std::move(other_name);
  return *this;
}

Flag& Flag::or_with_prefix(std::string prefix, std::string_view rest) {
  value_name += fmt::format("|{}{}", prefix, rest);
  choice_prefix = std::move(prefix);
  return *this;
}

Flag& Flag::completed_with(Completes what) {
  completes = what;
  return *this;
}

Argument& Argument::completed_with(Completes what) {
  completes = what;
  return *this;
}

Command::Command(std::string name, std::string summary)
    : name_(std::move(name)), summary_(std::move(summary)), usage_exit_(kUsage) {}

Command& Command::command(std::string name, std::string summary) {
  commands_.push_back(std::make_unique<Command>(std::move(name), std::move(summary)));
  commands_.back()->parent_ = this;
  return *commands_.back();
}

Flag& Command::add_flag(std::string_view names, std::string value_name, std::string help) {
  auto flag = std::make_unique<Flag>();
  if (names.size() > 2 && names[1] == ',') {
    flag->letter = names[0];
    names.remove_prefix(2);
  }
  flag->name = names;
  flag->value_name = std::move(value_name);
  flag->help = std::move(help);
  flags_.push_back(std::move(flag));
  return *flags_.back();
}

Flag& Command::flag(std::string_view names, std::string help, bool& target) {
  Flag& made = add_flag(names, "", std::move(help));
  made.set = [&target](std::string_view value) -> Result<> {
    if (value != "true" && value != "false") {
      return Error::of(Code::invalid_argument, "it is true or false");
    }
    target = value == "true";
    return {};
  };
  return made;
}

Flag& Command::option(std::string_view names, std::string value_name, std::string help,
                      std::string& target) {
  Flag& made = add_flag(names, std::move(value_name), std::move(help));
  made.set = [&target](std::string_view value) {
    target = value;
    return Result<>();
  };
  return made;
}

Flag& Command::option(std::string_view names, std::string value_name, std::string help,
                      std::vector<std::string>& target) {
  Flag& made = add_flag(names, std::move(value_name), std::move(help));
  made.repeatable = true;
  made.set = [&target](std::string_view value) {
    target.emplace_back(value);
    return Result<>();
  };
  return made;
}

Flag& Command::option(std::string_view names, std::string value_name, std::string help,
                      std::optional<std::size_t>& target) {
  Flag& made = add_flag(names, std::move(value_name), std::move(help));
  made.set = [&target](std::string_view value) -> Result<> {
    target = parse_number<std::size_t>(value);
    if (!target) {
      return Error::of(Code::invalid_argument, "it is a number of 0 or more");
    }
    return {};
  };
  return made;
}

Flag& Command::choice(std::string_view names, std::vector<std::string> choices, std::string help,
                      std::string& target) {
  Flag& made = option(names, join(choices, "|"), std::move(help), target);
  made.choices = std::move(choices);
  return made;
}

Argument& Command::add_argument(std::string name, Need need, Argument::Takes takes) {
  arguments_.push_back(std::make_unique<Argument>(Argument{std::move(name), need, takes}));
  return *arguments_.back();
}

Argument& Command::argument(std::string name, Need need, std::string& target) {
  Argument& made = add_argument(std::move(name), need, Argument::Takes::one);
  made.set = [&target](std::string_view value) { target = value; };
  return made;
}

Argument& Command::arguments(std::string name, Need need, std::vector<std::string>& target) {
  Argument& made = add_argument(std::move(name), need, Argument::Takes::all);
  made.set = [&target](std::string_view value) { target.emplace_back(value); };
  return made;
}

Argument& Command::rest(std::string name, Need need, std::vector<std::string>& target) {
  Argument& made = arguments(std::move(name), need, target);
  made.takes = Argument::Takes::rest;
  return made;
}

Command& Command::usage(std::vector<std::string> lines) {
  usage_ = std::move(lines);
  return *this;
}

Command& Command::details(std::string text) {
  details_ = std::move(text);
  return *this;
}

Command& Command::usage_exit(int code) {
  usage_exit_ = code;
  return *this;
}

Command& Command::action(std::function<int()> run) {
  action_ = std::move(run);
  return *this;
}

std::string Command::path() const {
  return parent_ == nullptr ? name_ : parent_->path() + " " + name_;
}

const Command* Command::find_command(std::string_view name) const {
  const auto found = std::ranges::find_if(
      commands_, [name](const auto& command) { return command->name_ == name; });
  return found == commands_.end() ? nullptr : found->get();
}

const Flag* Command::find_flag(std::string_view name) const {
  const auto found = std::ranges::find_if(flags_, [name](const auto& flag) {
    return flag->name == name || (!flag->alias.empty() && flag->alias == name);
  });
  return found == flags_.end() ? nullptr : found->get();
}

const Flag* Command::find_flag(char letter) const {
  const auto found =
      std::ranges::find_if(flags_, [letter](const auto& flag) { return flag->letter == letter; });
  return found == flags_.end() || letter == '\0' ? nullptr : found->get();
}

bool Command::help_has_letter() const { return find_flag('h') == nullptr; }

}  // namespace podsysctl::cli
