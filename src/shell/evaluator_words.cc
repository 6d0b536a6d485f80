// SPDX-License-Identifier: Apache-2.0
// Expansion of words: variables, substitutions, splitting into fields. Patterns stay as they are.
#include <algorithm>
#include <span>
#include <utility>

#include "base/strings.h"
#include "shell/evaluator.h"
#include "shell/limits.h"

namespace podsysctl::shell {
namespace {

constexpr std::string_view kBlanks = " \t\n";

bool is_all_arguments(const Part& part) {
  return part.kind == Part::Kind::variable && part.text == "@";
}

// One word's way to its fields: unquoted values are cut at blanks, everything else is joined.
template <class Sink>
class FieldSplitter {
 public:
  FieldSplitter(Text empty, Sink sink) : field_(std::move(empty)), sink_(std::move(sink)) {}

  // A quoted nothing is a field, an unquoted one is none.
  void add(std::string_view text, bool quoted) {
    field_.text += text;
    open_ = open_ || quoted || !text.empty();
  }
  // "$@": each a field of its own, the first and the last joined to what stands beside them.
  void add_each(std::span<const std::string> texts) {
    for (std::size_t i = 0; i < texts.size(); ++i) {
      add(texts[i], true);
      if (i + 1 < texts.size()) {
        close();
      }
    }
  }
  void add_split(std::string_view text) {
    for (const char c : text) {
      if (kBlanks.find(c) != std::string_view::npos) {
        close();
      } else {
        field_.text += c;
        open_ = true;
      }
    }
  }
  void close() {
    if (open_) {
      sink_(field_);
    }
    field_.text.clear();
    open_ = false;
  }

 private:
  Text field_;
  Sink sink_;
  bool open_ = false;
};

}  // namespace

std::string Evaluator::variable(std::string_view name) const {
  if (name == "@" || name == "*") {
    std::string all;
    for (std::size_t i = 1; i < arguments_.size(); ++i) {
      all += (i > 1 ? " " : "") + arguments_[i];
    }
    return all;
  }
  if (const auto index = parse_number<std::size_t>(name)) {
    return *index < arguments_.size() ? arguments_[*index]
                                      : std::string(arguments_.empty() ? 1 : 0, kUnknown);
  }
  const auto found = variables_.find(name);
  // What is not set here may be set by the image.
  return found == variables_.end() ? std::string(1, kUnknown) : found->second;
}

std::string Evaluator::value_of(const Part& part) {
  switch (part.kind) {
    case Part::Kind::text:
      return part.text;
    case Part::Kind::variable: {
      std::string value = variable(part.text);
      if (value.empty() && part.fallback) {
        value = expand_whole(*part.fallback).text;
      }
      return value;
    }
    case Part::Kind::command: {
      if (!part.command || calls_ >= kMaxCalls) {
        break;
      }
      ++calls_;
      std::string out = run_subshell(*part.command, {}).out.text;
      --calls_;
      while (out.ends_with('\n')) {
        out.pop_back();
      }
      return out;
    }
    case Part::Kind::opaque:
      break;
  }
  return {kUnknown};
}

Text Evaluator::expand_whole(const Word& word) {
  Text whole{"", source_, word.at, false};
  for (const Part& part : word.parts) {
    whole.text += value_of(part);
  }
  if (word.parts.size() == 1 && word.parts.front().kind == Part::Kind::text) {
    const Part& only = word.parts.front();
    const std::string_view script = sources_.text(source_);
    if (only.at <= script.size() && script.substr(only.at).starts_with(only.text)) {
      whole.at = only.at;
      whole.verbatim = true;
    }
  }
  (void)spend(whole.text.size());
  return whole;
}

void Evaluator::expand_word(const Word& word, std::vector<Text>& into) {
  if (word.parts.size() == 1 && word.parts.front().kind == Part::Kind::text) {
    into.push_back(expand_whole(word));
    return;
  }
  FieldSplitter fields({"", source_, word.at, false}, [&](const Text& field) {
    if (spend(field.text.size())) {
      into.push_back(field);
    }
  });
  for (const Part& part : word.parts) {
    if (is_all_arguments(part) && part.quoted) {
      fields.add_each(std::span(arguments_).subspan(std::min<std::size_t>(1, arguments_.size())));
      continue;
    }
    const std::string value = value_of(part);
    if (part.quoted || part.kind == Part::Kind::text) {
      fields.add(value, part.quoted);
    } else {
      fields.add_split(value);
    }
  }
  fields.close();
}

std::vector<Text> Evaluator::expand(std::span<const Word> words) {
  std::vector<Text> fields;
  for (const Word& word : words) {
    if (exhausted_) {
      break;
    }
    expand_word(word, fields);
  }
  return fields;
}

}  // namespace podsysctl::shell
