// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include <fmt/core.h>

#include "base/strings.h"
#include "cli/completion.h"

namespace podsysctl::cli {
namespace {

constexpr const char* kHead = R"script(_podsysctl_pods() {
  local -a pods=(${(f)"$(podsysctl ps -aq 2>/dev/null)"})
  compadd -a pods
}
_podsysctl_images() {
  local -a images=(${(f)"$(podsysctl image ls -q 2>/dev/null)"})
  compadd -a images
}
_podsysctl_sysctls() {
  local -a sysctls=(${(f)"$(podsysctl catalog -q 2>/dev/null)"})
  compadd -a sysctls
}
_podsysctl_targets() {
  if compset -P netns:; then
    _files
  elif compset -P pid:; then
    _pids
  else
    _podsysctl_pods
    compadd -S '' pid: netns: docker: cri:
  fi
}
)script";

// For text inside '…[…]' of _arguments: quotes of the shell, brackets and colons of the spec.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else if (c == '[' || c == ']' || c == ':' || c == '\\') {
      out += '\\';
      out += c;
    } else {
      out += c;
    }
  }
  return out;
}

std::string action_of(Completes what) {
  switch (what) {
    case Completes::files:
      return "_files";
    case Completes::folders:
      return "_files -/";
    case Completes::pods:
      return "_podsysctl_pods";
    case Completes::images:
      return "_podsysctl_images";
    case Completes::sysctls:
      return "_podsysctl_sysctls";
    case Completes::targets:
      return "_podsysctl_targets";
    case Completes::nothing:
      break;
  }
  return " ";
}

// "_podsysctl_image_ls". A dash stays: podsysctl has a command "agent", and podsysctl-agent is
// another program.
std::string function_of(const Command& command) {
  std::string name = "_" + command.path();
  std::ranges::replace(name, ' ', '_');
  return name;
}

std::string spec(const Flag& flag, const std::string& dashed) {
  std::string text =
      fmt::format("'{}{}[{}]", flag.repeatable ? "*" : "", dashed, escaped(flag.help));
  if (!flag.is_switch()) {
    const std::string action =
        flag.choices.empty() ? action_of(flag.completes) : "(" + join(flag.choices, " ") + ")";
    text += fmt::format(":{}:{}", escaped(flag.value_name), action);
  }
  return "    " + text + "' \\\n";
}

std::string arguments_call(const Command& command) {
  std::string text = "  _arguments -s -S \\\n";
  for (const auto& flag : command.flags()) {
    if (flag->letter != '\0') {
      text += spec(*flag, std::string("-") + flag->letter);
    }
    text += spec(*flag, "--" + flag->name);
  }
  std::size_t position = 1;
  for (const auto& argument : command.arguments()) {
    const std::string where =
        argument->takes == Argument::Takes::one ? std::to_string(position++) : "*";
    text += fmt::format("    '{}:{}:{}' \\\n",
                        where + (argument->need == Need::optional && where != "*" ? ":" : ""),
                        escaped(argument->name), action_of(argument->completes));
  }
  return text + "    '--help[Show help]'\n";
}

std::string leaf_function(const Command& command) {
  return fmt::format("{}() {{\n{}}}\n", function_of(command), arguments_call(command));
}

std::string functions(const Command& command);

std::string group_function(const Command& command) {
  std::string text;
  for (const auto& inner : command.commands()) {
    text += functions(*inner);
  }
  text += fmt::format("{}() {{\n", function_of(command));
  if (!command.flags().empty()) {  // a program that does something without a command, too
    text += fmt::format("  if [[ $words[2] == -* ]]; then\n{}    return\n  fi\n",
                        arguments_call(command));
  }
  text += "  local -a commands=(\n";
  for (const auto& inner : command.commands()) {
    text += fmt::format("    '{}:{}'\n", inner->name(), escaped(inner->summary()));
  }
  text +=
      "  )\n  if (( CURRENT == 2 )); then\n    _describe command commands\n    return\n  fi\n"
      "  local command=$words[2]\n  shift words\n  (( CURRENT-- ))\n  case $command in\n";
  for (const auto& inner : command.commands()) {
    text += fmt::format("    {}) {} ;;\n", inner->name(), function_of(*inner));
  }
  return text + "  esac\n}\n";
}

std::string functions(const Command& command) {
  return command.commands().empty() ? leaf_function(command) : group_function(command);
}

}  // namespace

std::string zsh_completion(const Command& app) {
  return fmt::format("#compdef {}\n{}{}{} \"$@\"\n", app.name(), kHead, functions(app),
                     function_of(app));
}

}  // namespace podsysctl::cli
