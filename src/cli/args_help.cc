// SPDX-License-Identifier: Apache-2.0
#include "cli/args_help.h"

#include <algorithm>
#include <utility>

#include <fmt/core.h>

namespace podsysctl::cli {
namespace {

constexpr std::size_t kWidest = 32;  // a longer left column gets its text on the next line

// "IMAGE", "[COMMAND...]", "POD..."
std::string usage_of(const Argument& argument) {
  const std::string text = argument.name + (argument.takes == Argument::Takes::one ? "" : "...");
  return argument.need == Need::required ? text : "[" + text + "]";
}

std::string usage_line(const Command& command) {
  std::string line = command.path();
  if (!command.commands().empty()) {
    return line + " COMMAND";
  }
  line += " [flags]";
  for (const auto& argument : command.arguments()) {
    line += " " + usage_of(*argument);
  }
  return line;
}

using Row = std::pair<std::string, std::string>;

std::string rows_text(const std::vector<Row>& rows) {
  std::size_t width = 0;
  for (const auto& [left, right] : rows) {
    width = std::max(width, left.size() <= kWidest ? left.size() : 0);
  }
  std::string text;
  for (const auto& [left, right] : rows) {
    if (left.size() <= width) {
      text += fmt::format("  {:<{}}  {}\n", left, width, right);
    } else {
      text += fmt::format("  {}\n  {:<{}}  {}\n", left, "", width, right);
    }
  }
  return text;
}

std::string left_of(const Flag& flag) {
  std::string left = flag.letter != '\0' ? fmt::format("-{}, ", flag.letter) : "    ";
  left += "--" + flag.name;
  return flag.is_switch() ? left : left + " " + flag.value_name;
}

std::vector<Row> flag_rows(const Command& command) {
  std::vector<Row> rows;
  for (const auto& flag : command.flags()) {
    rows.emplace_back(left_of(*flag), flag->help + (flag->repeatable ? " (repeatable)" : ""));
  }
  rows.emplace_back(command.help_has_letter() ? "-h, --help" : "    --help", "Show this text");
  return rows;
}

std::vector<Row> command_rows(const Command& command) {
  std::vector<Row> rows;
  for (const auto& inner : command.commands()) {
    rows.emplace_back(inner->name(), inner->summary());
  }
  return rows;
}

}  // namespace

std::string help_text(const Command& command) {
  std::string text;
  std::string_view lead = "Usage: ";
  const std::vector<std::string> made = {usage_line(command)};
  for (const std::string& line : command.usage().empty() ? made : command.usage()) {
    text += fmt::format("{}{}\n", lead, line);
    lead = "       ";
  }
  text += fmt::format("\n{}\n", command.summary());
  if (!command.details().empty()) {
    text += fmt::format("\n{}\n", command.details());
  }
  if (!command.commands().empty()) {
    text += "\nCommands:\n" + rows_text(command_rows(command));
  }
  text += "\nFlags:\n" + rows_text(flag_rows(command));
  return text;
}

}  // namespace podsysctl::cli
