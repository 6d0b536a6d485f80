// SPDX-License-Identifier: Apache-2.0
#include "cli/args_parse.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "cli/args_help.h"
#include "cli/output.h"

namespace podsysctl::cli {
namespace {

using Words = std::span<const std::string>;
using Step = std::expected<void, UsageError>;

// The name nearest to what was typed, as ", did you mean --sysctl?", if no more than a third of the
// letters and no more than two are wrong.
std::string suggestion(std::string_view prefix, std::string_view wrong,
                       const std::vector<std::string>& names) {
  std::size_t best = std::min<std::size_t>(2, wrong.size() / 3) + 1;
  std::string text;
  for (const std::string& name : names) {
    if (const std::size_t distance = edit_distance(wrong, name); distance < best) {
      best = distance;
      text = fmt::format(", did you mean {}{}?", prefix, name);
    }
  }
  return text;
}

class Parser {
 public:
  Parser(const Command& command, Words words) : command_(command), words_(words) {}

  std::expected<Invocation, UsageError> run() {
    while (!words_.empty() && !help_) {
      if (Step done = next(); !done) {
        return std::unexpected(std::move(done).error());
      }
    }
    if (help_) {
      return Invocation{&command_, Invocation::Wish::help};
    }
    if (Step complete = check_complete(); !complete) {
      return std::unexpected(std::move(complete).error());
    }
    return Invocation{&command_};
  }

 private:
  std::unexpected<UsageError> wrong(std::string message) const {
    return std::unexpected(UsageError{&command_, std::move(message)});
  }

  Step next() {
    const std::string& word = words_.front();
    words_ = words_.subspan(1);
    if (verbatim_ || word.size() < 2 || word[0] != '-') {
      return take_argument(word);
    }
    if (word == "--") {
      verbatim_ = true;
      return {};
    }
    return word[1] == '-' ? take_long(std::string_view(word).substr(2)) : take_letters(word);
  }

  Step take_long(std::string_view text) {
    const std::size_t equals = text.find('=');
    const std::string_view name = text.substr(0, equals);
    if (text == "help") {
      help_ = true;
      return {};
    }
    const Flag* const flag = command_.find_flag(name);
    if (flag == nullptr || name.empty()) {
      return wrong("unknown flag: --" + printable(name) + suggest_flag(name));
    }
    const std::string shown = "--" + std::string(name);
    if (equals != std::string_view::npos) {
      return set(*flag, text.substr(equals + 1), shown);
    }
    return flag->is_switch() ? set(*flag, "true", shown) : set_from_next_word(*flag, shown);
  }

  // "-it", "-n5", "-e NAME=VALUE".
  Step take_letters(const std::string& word) {
    for (std::size_t at = 1; at < word.size(); ++at) {
      const char letter = word[at];
      if (letter == 'h' && command_.help_has_letter()) {
        help_ = true;
        return {};
      }
      const Flag* const flag = command_.find_flag(letter);
      if (flag == nullptr) {
        return wrong(fmt::format("unknown shorthand flag: '{}' in {}",
                                 printable(std::string(1, letter)), printable(word)));
      }
      const std::string shown = std::string("-") + letter;
      if (!flag->is_switch()) {
        return at + 1 < word.size() ? set(*flag, std::string_view(word).substr(at + 1), shown)
                                    : set_from_next_word(*flag, shown);
      }
      if (Step done = set(*flag, "true", shown); !done) {
        return done;
      }
    }
    return {};
  }

  Step set_from_next_word(const Flag& flag, const std::string& shown) {
    if (words_.empty()) {
      return wrong("flag needs an argument: " + shown + " " + flag.value_name);
    }
    const std::string& value = words_.front();
    words_ = words_.subspan(1);
    return set(flag, value, shown);
  }

  Step set(const Flag& flag, std::string_view value, const std::string& shown) {
    const bool legal = flag.choices.empty() ||
                       std::ranges::find(flag.choices, value) != flag.choices.end() ||
                       (!flag.choice_prefix.empty() && value.starts_with(flag.choice_prefix));
    if (!legal) {
      return wrong(fmt::format("invalid argument {} for {}: it is one of {}", in_quotes(value),
                               shown, join(flag.choices, ", ")));
    }
    if (const Result<> done = flag.set(value); !done) {
      return wrong(fmt::format("invalid argument {} for {}: {}", in_quotes(value), shown,
                               done.error().message));
    }
    return {};
  }

  Step take_argument(const std::string& word) {
    const auto& arguments = command_.arguments();
    if (position_ >= arguments.size()) {
      return wrong("unexpected argument " + in_quotes(word));
    }
    const Argument& argument = *arguments[position_];
    argument.set(word);
    taken_ = true;
    if (argument.takes == Argument::Takes::one) {
      ++position_;
      taken_ = false;
    }
    // What follows is another program's, whatever it looks like.
    if (!arguments.empty() && arguments.back()->takes == Argument::Takes::rest) {
      verbatim_ = true;
    }
    return {};
  }

  Step check_complete() const {
    const auto& arguments = command_.arguments();
    if (position_ < arguments.size() && !taken_ && arguments[position_]->need == Need::required) {
      return wrong("missing argument: " + arguments[position_]->name);
    }
    return {};
  }

  std::string suggest_flag(std::string_view name) const {
    std::vector<std::string> names;
    for (const auto& flag : command_.flags()) {
      names.push_back(flag->name);
    }
    return suggestion("--", name, names);
  }

  const Command& command_;
  Words words_;
  std::size_t position_ = 0;  // of the argument that the next word belongs to
  bool taken_ = false;        // that argument has a word already
  bool verbatim_ = false;
  bool help_ = false;
};

std::unexpected<UsageError> unknown_command(const Command& parent, const std::string& word) {
  std::vector<std::string> names;
  for (const auto& command : parent.commands()) {
    names.push_back(command->name());
  }
  return std::unexpected(
      UsageError{&parent, "unknown command " + in_quotes(word) + suggestion("", word, names)});
}

}  // namespace

std::expected<Invocation, UsageError> parse(const Command& root, Words words) {
  const Command* command = &root;
  while (!command->commands().empty() && !words.empty() && !words.front().starts_with('-')) {
    const Command* const inner = command->find_command(words.front());
    if (inner == nullptr) {
      return unknown_command(*command, words.front());
    }
    command = inner;
    words = words.subspan(1);
  }
  auto invocation = Parser(*command, words).run();
  if (invocation && invocation->wish == Invocation::Wish::run && !command->action()) {
    return std::unexpected(UsageError{command, "a command is missing"});
  }
  return invocation;
}

int dispatch(const Command& root, Words words) {
  const auto invocation = parse(root, words);
  if (!invocation) {
    const Command& command = *invocation.error().command;
    complain(fmt::format("{}\nhint: {} --help", invocation.error().message, command.path()),
             root.name());
    return command.usage_exit();
  }
  if (invocation->wish == Invocation::Wish::help) {
    print(help_text(*invocation->command));
    return 0;
  }
  return invocation->command->action()();
}

}  // namespace podsysctl::cli
