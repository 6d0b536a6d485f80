// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include <fmt/core.h>

#include "base/strings.h"
#include "cli/completion.h"

namespace podsysctl::cli {
namespace {

// Whether the argument being typed is the N-th, if flags that take a value are the rest of $argv.
constexpr const char* kFunction = R"script(
function __podsysctl_argument -a depth wanted
    set -l position (math 0 - $depth)
    set -l before
    for word in (commandline -opc)
        if not string match -q -- '-*' $word; and not contains -- "$before" $argv[3..-1]
            set position (math $position + 1)
        end
        set before $word
    end
    test $position = $wanted
end
function __podsysctl_targets
    podsysctl ps -aq 2>/dev/null
    printf '%s\n' pid: netns: docker: cri:
end
)script";

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
    case Completes::targets:
      return " -x -a '(__podsysctl_targets)'";
    case Completes::nothing:
      break;
  }
  return " -x";
}

// "podsysctl" of "podsysctl image ls"
std::string program_of(const Command& command) {
  const std::string path = command.path();
  return path.substr(0, path.find(' '));
}

std::string flag_lines(const Command& command, const std::string& when) {
  std::string text;
  for (const auto& flag : command.flags()) {
    text += fmt::format("complete -c {}{} -l {}{} -d '{}'", program_of(command), when, flag->name,
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

// Holds while the command's argument of that number is typed. `seen` holds for the command.
std::string at_argument(const Command& command, const std::string& seen, std::size_t number) {
  const std::string path = command.path();
  std::string condition = fmt::format("{}; and __podsysctl_argument {} {}", seen,
                                      std::ranges::count(path, ' '), number);
  for (const auto& flag : command.flags()) {
    if (!flag->is_switch()) {
      condition += flag->letter == '\0' ? "" : fmt::format(" -{}", flag->letter);
      condition += " --" + flag->name;
    }
  }
  return fmt::format(" -n '{}'", condition);
}

std::string argument_lines(const Command& command, const std::string& seen) {
  std::string text;
  std::size_t number = 0;
  for (const auto& argument : command.arguments()) {
    ++number;
    if (argument->completes != Completes::nothing) {
      const std::string when = argument->takes == Argument::Takes::one
                                   ? at_argument(command, seen, number)
                                   : fmt::format(" -n '{}'", seen);
      text += fmt::format("complete -c {}{}{}\n", program_of(command), when,
                          source_of(argument->completes));
    }
  }
  return text;
}

// `seen` is the condition under which this command is the one being typed.
std::string lines_of(const Command& command, const std::string& seen) {
  std::string names;
  for (const auto& inner : command.commands()) {
    names += (names.empty() ? "" : " ") + inner->name();
  }
  const std::string none_yet =
      seen.empty() ? "not __fish_seen_subcommand_from " + names
                   : fmt::format("{}; and not __fish_seen_subcommand_from {}", seen, names);
  const std::string when = fmt::format(" -n '{}'", seen.empty() ? none_yet : seen);
  std::string text = flag_lines(command, when) + argument_lines(command, seen);
  for (const auto& inner : command.commands()) {
    text += fmt::format("complete -c {} -n '{}' -a {} -d '{}'\n", program_of(command),
                        seen.empty() ? "__fish_use_subcommand" : none_yet, inner->name(),
                        escaped(inner->summary()));
    const std::string inner_seen = fmt::format("{}__fish_seen_subcommand_from {}",
                                               seen.empty() ? "" : seen + "; and ", inner->name());
    text += lines_of(*inner, inner_seen);
  }
  return text;
}

}  // namespace

std::string fish_completion(const Command& app) {
  return fmt::format("# fish completion for {0}{1}complete -c {0} -f\n{2}", app.name(), kFunction,
                     lines_of(app, ""));
}

}  // namespace podsysctl::cli
