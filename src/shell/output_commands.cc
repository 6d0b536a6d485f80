// SPDX-License-Identifier: Apache-2.0
// Commands that print, copy or filter text.
#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/core.h>

#include "base/strings.h"
#include "shell/evaluator.h"

namespace podsysctl::shell {
namespace {

struct Unescaped {
  std::string text;
  bool understood = true;
};

// The escapes of echo -e and printf that occur in settings.
Unescaped unescaped(std::string_view text) {
  Unescaped made;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      made.text += text[i];
      continue;
    }
    const char next = text[++i];
    if (next == 'n') {
      made.text += '\n';
    } else if (next == 't') {
      made.text += '\t';
    } else if (next == '\\') {
      made.text += '\\';
    } else {
      made.understood = false;
    }
  }
  return made;
}

bool is_cluster_of(std::string_view word, std::string_view letters) {
  return word.size() > 1 && word.starts_with('-') &&
         word.find_first_not_of(letters, 1) == std::string_view::npos;
}

// printf(1) with %s, %d, %i, %u and %%; the format is used again while arguments are left.
std::optional<std::string> formatted(std::string_view format, std::span<const Text> arguments) {
  std::string made;
  std::size_t next = 0;
  do {
    bool took = false;
    for (std::size_t i = 0; i < format.size(); ++i) {
      if (format[i] != '%') {
        made += format[i];
        continue;
      }
      const char kind = ++i < format.size() ? format[i] : '\0';
      if (kind == '%') {
        made += '%';
      } else if (kind == 's' || kind == 'd' || kind == 'i' || kind == 'u') {
        made += next < arguments.size() ? arguments[next].text : "";
        ++next;
        took = true;
      } else {
        return std::nullopt;
      }
    }
    if (!took) {
      break;
    }
  } while (next < arguments.size());
  return made;
}

}  // namespace

Evaluator::Outcome Evaluator::echo(const Call& call) {
  std::size_t i = 1;
  bool escapes = false;
  bool line_end = true;
  for (; i < call.count() && is_cluster_of(call.word(i), "neE"); ++i) {
    escapes = escapes || call.word(i).contains('e');
    line_end = line_end && !call.word(i).contains('n');
  }
  Text out;
  if (i + 1 == call.count()) {
    out = call.words[i];
  } else {
    for (std::size_t word = i; word < call.count(); ++word) {
      out.text += (word > i ? " " : "") + call.word(word);
    }
  }
  if (out.text.contains('\\')) {
    // Without -e it depends on the shell whether \n is a line's end.
    Unescaped plain = unescaped(out.text);
    if (!escapes || !plain.understood) {
      return unknown_output();
    }
    out.text = std::move(plain.text);
    out.verbatim = false;
  }
  out.text += line_end ? "\n" : "";
  (void)spend(out.text.size());
  return {std::move(out)};
}

Evaluator::Outcome Evaluator::print_formatted(const Call& call) {
  const std::size_t at = call.count() > 1 && call.word(1) == "--" ? 2 : 1;
  if (at >= call.count() || call.word(at) == "-v") {
    return unknown_output();
  }
  const Unescaped format = unescaped(call.word(at));
  const auto made = formatted(format.text, call.words.subspan(at + 1));
  if (!made || !format.understood || !spend(made->size())) {
    return unknown_output();
  }
  return {{*made, call.words[at].source, call.words[at].at, false}};
}

Evaluator::Outcome Evaluator::cat(const Call& call) {
  Outcome outcome;
  bool any = false;
  for (std::size_t i = 1; i < call.count(); ++i) {
    const std::string& word = call.word(i);
    if (word.size() > 1 && word.starts_with('-')) {
      continue;
    }
    Text part = *call.in;
    if (word != "-") {
      const auto file = files_.find(resolved(word));
      part = unknown_output().out;
      if (file != files_.end()) {
        file->second.loaded = true;
        part = file->second.origin;
        part.text = file->second.content;
      }
    }
    part.verbatim = part.verbatim && !any;
    outcome.out.verbatim = outcome.out.verbatim && !any;
    any = true;
    const std::string before = std::move(outcome.out.text);
    outcome.out = std::move(part);
    outcome.out.text.insert(0, before);
    if (!spend(outcome.out.text.size())) {
      return {};
    }
  }
  return any ? outcome : Outcome{*call.in};
}

Evaluator::Outcome Evaluator::tee(const Call& call) {
  bool append = false;
  for (std::size_t i = 1; i < call.count(); ++i) {
    if (call.word(i).starts_with('-')) {
      append = append || call.word(i).contains('a');
    } else {
      deliver(*call.in, call.words[i], append, Means::tee);
    }
  }
  return {*call.in};
}

Evaluator::Outcome Evaluator::dd(const Call& call) {
  Text content = *call.in;
  const Text* target = nullptr;
  for (const Text& word : call.words) {
    if (word.text.starts_with("if=")) {
      content = unknown_output().out;
    } else if (word.text.starts_with("of=")) {
      target = &word;
    }
  }
  if (target == nullptr) {
    return {content};
  }
  Text path = *target;
  path.text.erase(0, 3);
  path.at += path.verbatim ? 3U : 0U;
  deliver(content, path, false, Means::copy);
  return {};
}

Evaluator::Outcome Evaluator::copy(const Call& call) {
  const Text& target = call.words.back();
  const bool to_sysctl = resolved(target.text).contains("/proc/sys/");
  const auto file = call.count() == 3 ? files_.find(resolved(call.word(1))) : files_.end();
  if (file != files_.end()) {
    file->second.loaded = true;
    Text content = file->second.origin;
    content.text = file->second.content;
    deliver(content, target, false, Means::copy);
  } else if (to_sysctl) {
    deliver(unknown_output().out, target, false, Means::copy);
  } else {
    const Text& name = call.words.front();
    note_effect(fmt::format("runs {}", in_quotes(name.text)), name.source, name.at);
  }
  return {};
}

// Programs of awk and sed may write and run things.
Evaluator::Outcome Evaluator::filter(const Call& call) {
  const std::string& name = call.word(0);
  for (std::size_t i = 1; i < call.count(); ++i) {
    const std::string& word = call.word(i);
    const bool edits = name.ends_with("sed") && (word.starts_with("-i") || word == "--in-place");
    const bool runs = name.ends_with("awk") &&
                      (word.contains('>') || word.contains('|') || word.contains("system"));
    if (edits || runs) {
      note_effect(fmt::format("runs {}", in_quotes(name)), call.words[0].source, call.words[0].at);
      break;
    }
  }
  return unknown_output();
}

}  // namespace podsysctl::shell
