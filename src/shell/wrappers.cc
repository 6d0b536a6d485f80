// SPDX-License-Identifier: Apache-2.0
// Commands that run other commands: shells, sudo, xargs and the like.
#include <algorithm>
#include <array>
#include <utility>

#include <fmt/core.h>

#include "base/strings.h"
#include "shell/evaluator.h"
#include "shell/parser.h"

namespace podsysctl::shell {
namespace {

struct Wrapper {
  std::string_view name;
  std::string_view with_value;  // letters of the options that take the next word
  std::size_t operands = 0;     // words between the options and the command
};

constexpr std::array<Wrapper, 18> kWrappers{{
    {"sudo", "ugCDhpRrTtU"},
    {"doas", "uC"},
    {"env", "uCS"},
    {"nohup", ""},
    {"setsid", ""},
    {"stdbuf", "ioe"},
    {"time", "fo"},
    {"command", ""},
    {"builtin", ""},
    {"busybox", ""},
    {"toybox", ""},
    {"dumb-init", ""},
    {"tini", "pe"},
    {"catatonit", ""},
    {"gosu", "", 1},
    {"su-exec", "", 1},
    {"timeout", "ks", 1},
    {"nice", "n"},
}};
constexpr Wrapper kIonice{"ionice", "cnp"};

const Wrapper& wrapper_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  const auto* const found = std::ranges::find(kWrappers, name, &Wrapper::name);
  return found == kWrappers.end() ? kIonice : *found;
}

bool is_assignment(std::string_view word) {
  const std::string_view name = name_at_start(word);
  return !name.empty() && word.substr(name.size()).starts_with('=');
}

// -t 1, -t1, --target=1 and the like. The index behind the option and its value.
std::size_t skip_option(std::string_view word, std::size_t i, std::string_view with_value) {
  const bool takes_next = word.size() == 2 && with_value.contains(word[1]);
  return i + (takes_next ? 2U : 1U);
}

}  // namespace

Evaluator::Outcome Evaluator::wrapper(const Call& call) {
  const Wrapper& wrapper = wrapper_of(call.word(0));
  std::size_t i = 1;
  while (i < call.count()) {
    const std::string& word = call.word(i);
    if (word == "--") {
      ++i;
      break;
    }
    if (wrapper.name == "command" && (word == "-v" || word == "-V")) {
      return unknown_output(Status::unknown);
    }
    if (word.size() > 1 && word.starts_with('-')) {
      i = skip_option(word, i, wrapper.with_value);
    } else if ((wrapper.name == "env" || wrapper.name == "sudo") && is_assignment(word)) {
      ++i;
    } else {
      break;
    }
  }
  return call_rest(call, i + wrapper.operands);
}

Evaluator::Outcome Evaluator::replace(const Call& call) {
  std::size_t i = 1;
  while (i < call.count() && call.word(i).starts_with('-')) {
    i = skip_option(call.word(i), i, "a");
  }
  Outcome outcome = call_rest(call, i);
  left_ = left_ || i < call.count();
  return outcome;
}

Evaluator::Outcome Evaluator::shell(const Call& call) {
  std::size_t i = 1;
  bool inline_script = false;
  while (i < call.count() && call.word(i).size() > 1 &&
         (call.word(i).front() == '-' || call.word(i).front() == '+')) {
    const std::string& word = call.word(i);
    const bool ends = word == "--";
    const bool is_long = word.starts_with("--");
    inline_script = inline_script || (!is_long && word.contains('c'));
    i += !is_long && (word.ends_with('o') || word.ends_with('O')) ? 2U : 1U;
    if (ends) {
      break;
    }
  }
  if (!inline_script && i < call.count()) {
    return source_file({call.words.subspan(i - 1), call.in});
  }
  if (inline_script && i >= call.count()) {
    return {{}, Status::failure};
  }
  std::vector<std::string> arguments;
  for (std::size_t k = i + 1; k < call.count(); ++k) {
    arguments.push_back(call.word(k));
  }
  if (arguments.empty()) {
    arguments.push_back(call.word(0));
  }
  std::swap(arguments, arguments_);
  const Text nothing;
  Outcome outcome = inline_script ? run_script(call.words[i], Shell::own, *call.in)
                                  : run_script(*call.in, Shell::own, nothing);
  std::swap(arguments, arguments_);
  return outcome;
}

Evaluator::Outcome Evaluator::eval(const Call& call) {
  if (call.count() == 2) {
    return run_script(call.words[1], Shell::same, *call.in);
  }
  Text script{"", call.words[0].source, call.words[0].at, false};
  for (std::size_t i = 1; i < call.count(); ++i) {
    script.text += (i > 1 ? " " : "") + call.word(i);
  }
  return run_script(script, Shell::same, *call.in);
}

// sh FILE, source FILE
Evaluator::Outcome Evaluator::source_file(const Call& call) {
  const Text& path = call.words[std::min<std::size_t>(1, call.count() - 1)];
  const auto file = files_.find(resolved(path.text));
  if (file == files_.end()) {
    note_effect(
        fmt::format("runs the script {}, which is not in the manifest", in_quotes(path.text)),
        path.source, path.at);
    return unknown_output(Status::unknown);
  }
  file->second.loaded = true;
  Text script = file->second.origin;
  script.text = file->second.content;
  return run_script(script, Shell::own, *call.in);
}

Evaluator::Outcome Evaluator::switch_user(const Call& call) {
  for (std::size_t i = 1; i + 1 < call.count(); ++i) {
    if (call.word(i) == "-c" || call.word(i) == "--command") {
      return run_script(call.words[i + 1], Shell::own, *call.in);
    }
  }
  const Text& name = call.words.front();
  note_effect(fmt::format("runs {}", in_quotes(name.text)), name.source, name.at);
  return unknown_output(Status::unknown);
}

Evaluator::Outcome Evaluator::run_with_input(const Call& call) {
  std::string_view stands_for;
  std::size_t i = 1;
  while (i < call.count() && call.word(i).starts_with('-')) {
    if (call.word(i) == "-I" && i + 1 < call.count()) {
      stands_for = call.word(i + 1);
    }
    i = skip_option(call.word(i), i, "InLPdEsa");
  }
  std::vector<Text> words(
      call.words.begin() + static_cast<std::ptrdiff_t>(std::min(i, call.count())),
      call.words.end());
  if (words.empty()) {
    return {*call.in};
  }
  const Text nothing;
  if (!stands_for.empty()) {
    Outcome outcome;
    for (const std::string_view line : split(trim(call.in->text), '\n')) {
      std::vector<Text> each = words;
      for (Text& word : each) {
        const std::size_t at = word.text.find(stands_for);
        if (at != std::string::npos) {
          word.text.replace(at, stands_for.size(), line);
          word.verbatim = false;
        }
      }
      if (!spend(line.size() + each.size())) {
        break;
      }
      outcome = dispatch({each, &nothing});
    }
    return outcome;
  }
  for (const std::string_view word : split_words(call.in->text)) {
    words.push_back({std::string(word), call.in->source, call.in->at, false});
  }
  return dispatch({words, &nothing});
}

}  // namespace podsysctl::shell
