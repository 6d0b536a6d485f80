// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <fmt/core.h>

#include "base/strings.h"
#include "cli/completion.h"

namespace podsysctl::cli {
namespace {

// Finds the command among the words before the cursor and counts its arguments, then looks into the
// tables made below. Bash cuts words at ':' and '=': what is joined by these counts once.
// '@' stands for the prefix of the functions' names, '%' for the program's.
constexpr const char* kFunction = R"script(
@_targets() {
  if [[ $before == netns || ${COMP_WORDS[COMP_CWORD-2]} == netns ]]; then
    mapfile -t COMPREPLY < <(compgen -f -- "${word#:}")
  elif [[ $word != : && $before != : ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(podsysctl ps -aq 2>/dev/null) pid: netns: docker: cri:" -- "$word")
    if [[ ${COMPREPLY[0]} == *: ]]; then
      compopt -o nospace 2>/dev/null
    fi
  fi
}
@() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=%
  local i now last= position=1
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    now=${COMP_WORDS[i]}
    if [[ " $(@_commands "$command") " == *" $now "* ]]; then
      command+=" $now"
    elif [[ $now != [-:=]* && $last != [:=] && -z $(@_value "$command" "$last") ]]; then
      ((position++))
    fi
    last=$now
  done
  if [[ $word == : || $before == : ]]; then
    ((position--))
  fi
  local kind
  kind=$(@_value "$command" "$before")
  if [[ -z $kind ]]; then
    if [[ $word == -* ]]; then
      kind="words $(@_flags "$command")"
    else
      kind=$(@_argument "$command $position")
      kind=${kind:-words $(@_commands "$command")}
    fi
  fi
  case $kind in
    'words '*) mapfile -t COMPREPLY < <(compgen -W "${kind#words }" -- "$word") ;;
    files) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
    folders) mapfile -t COMPREPLY < <(compgen -d -- "$word") ;;
    pods) mapfile -t COMPREPLY < <(compgen -W "$(podsysctl ps -aq 2>/dev/null)" -- "$word") ;;
    images) mapfile -t COMPREPLY < <(compgen -W "$(podsysctl image ls -q 2>/dev/null)" -- "$word") ;;
    targets) @_targets ;;
    sysctls) mapfile -t COMPREPLY < <(compgen -W "$(podsysctl catalog -q 2>/dev/null)" -- "$word") ;;
  esac
}
complete -o bashdefault -F @ %
)script";

std::string named_for(const Command& app, std::string_view script) {
  std::string text;
  for (const char c : script) {
    if (c == '@') {
      text += "_" + app.name();
    } else if (c == '%') {
      text += app.name();
    } else {
      text += c;
    }
  }
  return text;
}

std::string kind_of(Completes what) {
  switch (what) {
    case Completes::files:
      return "files";
    case Completes::folders:
      return "folders";
    case Completes::pods:
      return "pods";
    case Completes::images:
      return "images";
    case Completes::sysctls:
      return "sysctls";
    case Completes::targets:
      return "targets";
    case Completes::nothing:
      break;
  }
  return "nothing";
}

std::string commands_case(const Command& command) {
  std::string names;
  for (const auto& inner : command.commands()) {
    names += (names.empty() ? "" : " ") + inner->name();
  }
  std::string text =
      names.empty() ? "" : fmt::format("    '{}') echo '{}' ;;\n", command.path(), names);
  for (const auto& inner : command.commands()) {
    text += commands_case(*inner);
  }
  return text;
}

std::string flags_case(const Command& command) {
  std::string names;
  for (const auto& flag : command.flags()) {
    names += flag->letter == '\0' ? "" : fmt::format("-{} ", flag->letter);
    names += fmt::format("--{} ", flag->name);
  }
  names += command.help_has_letter() ? "-h --help" : "--help";
  std::string text = fmt::format("    '{}') echo '{}' ;;\n", command.path(), names);
  for (const auto& inner : command.commands()) {
    text += flags_case(*inner);
  }
  return text;
}

// What follows a flag that takes a value.
std::string values_case(const Command& command) {
  std::string text;
  for (const auto& flag : command.flags()) {
    if (flag->is_switch()) {
      continue;
    }
    std::string pattern = fmt::format("'{} --{}'", command.path(), flag->name);
    if (flag->letter != '\0') {
      pattern += fmt::format("|'{} -{}'", command.path(), flag->letter);
    }
    const std::string kind =
        flag->choices.empty() ? kind_of(flag->completes) : "words " + join(flag->choices, " ");
    text += fmt::format("    {}) echo '{}' ;;\n", pattern, kind);
  }
  for (const auto& inner : command.commands()) {
    text += values_case(*inner);
  }
  return text;
}

std::string arguments_case(const Command& command) {
  std::string text;
  std::size_t position = 1;
  for (const auto& argument : command.arguments()) {
    if (argument->completes != Completes::nothing) {
      const std::string where =
          argument->takes == Argument::Takes::one ? fmt::format("{}'", position) : "'*";
      text += fmt::format("    '{} {}) echo '{}' ;;\n", command.path(), where,
                          kind_of(argument->completes));
    }
    ++position;
  }
  for (const auto& inner : command.commands()) {
    text += arguments_case(*inner);
  }
  return text;
}

std::string function(const Command& app, std::string_view name, std::string_view subject,
                     const std::string& cases) {
  return fmt::format("_{}_{}() {{\n  case {} in\n{}  esac\n}}\n", app.name(), name, subject, cases);
}

}  // namespace

std::string bash_completion(const Command& app) {
  return "# bash completion for " + app.name() + "\n" +
         function(app, "commands", "$1", commands_case(app)) +
         function(app, "flags", "$1", flags_case(app)) +
         function(app, "value", "\"$1 $2\"", values_case(app)) +
         function(app, "argument", "\"$1\"", arguments_case(app)) + named_for(app, kFunction);
}

}  // namespace podsysctl::cli
