// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <fmt/core.h>

#include "base/strings.h"
#include "cli/completion.h"

namespace podsysctl::cli {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'' || c == '\\') {
      out += '\\';
    }
    out += c;
  }
  return out;
}

std::string source_of(Completes what) {
  switch (what) {
    case Completes::files:
      return " -r -F";
    case Completes::folders:
      return " -x -a '(__fish_complete_directories)'";
    case Completes::pods:
      return " -x -a '(podsysctl ps -aq 2>/dev/null)'";
    case Completes::images:
      return " -x -a '(podsysctl image ls -q 2>/dev/null)'";
    case Completes::sysctls:
      return " -x -a '(podsysctl catalog -q 2>/dev/null)'";
    case Completes::nothing:
      break;
  }
  return " -x";
}

std::string flag_lines(const Command& command, const std::string& when) {
  std::string text;
  for (const auto& flag : command.flags()) {
    text += fmt::format("complete -c podsysctl{} -l {}{} -d '{}'", when, flag->name,
                        flag->letter == '\0' ? "" : fmt::format(" -s {}", flag->letter),
                        escaped(flag->help));
    if (!flag->is_switch()) {
      text += flag->choices.empty() ? source_of(flag->completes)
                                    : fmt::format(" -x -a '{}'", join(flag->choices, " "));
    }
    text += '\n';
  }
  return text;
}

// `seen` is the condition under which this command is the one being typed.
std::string lines_of(const Command& command, const std::string& seen) {
  const std::string when = seen.empty() ? "" : fmt::format(" -n '{}'", seen);
  std::string text = flag_lines(command, when);
  for (const auto& argument : command.arguments()) {
    if (argument->completes != Completes::nothing) {
      text += fmt::format("complete -c podsysctl{}{}\n", when, source_of(argument->completes));
    }
  }
  std::string names;
  for (const auto& inner : command.commands()) {
    names += (names.empty() ? "" : " ") + inner->name();
  }
  const std::string none_yet =
      seen.empty() ? "__fish_use_subcommand"
                   : fmt::format("{}; and not __fish_seen_subcommand_from {}", seen, names);
  for (const auto& inner : command.commands()) {
    text += fmt::format("complete -c podsysctl -n '{}' -a {} -d '{}'\n", none_yet, inner->name(),
                        escaped(inner->summary()));
    const std::string inner_seen = fmt::format("{}__fish_seen_subcommand_from {}",
                                               seen.empty() ? "" : seen + "; and ", inner->name());
    text += lines_of(*inner, inner_seen);
  }
  return text;
}

}  // namespace

std::string fish_completion(const Command& app) {
  return "# fish completion for podsysctl\ncomplete -c podsysctl -f\n" + lines_of(app, "");
}

}  // namespace podsysctl::cli
