// SPDX-License-Identifier: Apache-2.0
// sysctl(8), of procps and of busybox.
#include <string_view>

#include "shell/evaluator.h"

namespace podsysctl::shell {
namespace {

struct Options {
  bool load = false;    // the operands are files
  bool system = false;  // --system
  bool dry_run = false;
};

// Whether the word is an option; `file` gets what is attached to -p or --load.
bool read_option(std::string_view word, Options& options, std::string_view& file) {
  if (word.size() < 2 || !word.starts_with('-')) {
    return false;
  }
  if (word.starts_with("--")) {
    options.system = options.system || word == "--system";
    options.dry_run = options.dry_run || word == "--dry-run";
    if (word.starts_with("--load")) {
      options.load = true;
      file = word.contains('=') ? word.substr(word.find('=') + 1) : std::string_view();
    }
    return true;
  }
  const std::size_t load = word.find_first_of("pf", 1);
  if (load != std::string_view::npos) {
    options.load = true;
    const std::string_view rest = word.substr(load + 1);
    if (rest.find_first_not_of("qewnNbaAX") != std::string_view::npos || rest == "-") {
      file = rest;
    }
  }
  return true;
}

}  // namespace

Evaluator::Outcome Evaluator::sysctl(const Call& call) {
  Options options;
  std::vector<const Text*> operands;
  std::vector<Text> files;
  for (std::size_t i = 1; i < call.count(); ++i) {
    const Text& word = call.words[i];
    std::string_view file;
    if (word.text == "-r" || word.text == "--pattern") {
      ++i;
    } else if (!read_option(word.text, options, file)) {
      operands.push_back(&word);
    }
    if (!file.empty()) {
      files.push_back({std::string(file), word.source, word.at, false});
    }
  }
  if (options.dry_run) {
    return unknown_output();
  }
  if (options.system) {
    load_all(call);
    return unknown_output();
  }
  if (options.load) {
    for (const Text* const operand : operands) {
      files.push_back(*operand);
    }
    if (files.empty()) {
      files.push_back({"/etc/sysctl.conf", call.words[0].source, call.words[0].at, false});
    }
    for (const Text& file : files) {
      load_file(file, call);
    }
    return unknown_output();
  }
  for (const Text* const operand : operands) {
    const std::size_t equals = operand->text.find('=');
    if (equals != std::string::npos) {
      note_write(operand->text.substr(0, equals),
                 {operand->text.substr(equals + 1), operand->source, operand->at, false},
                 Means::sysctl_command, operand->source, operand->at);
    } else if (!is_known(operand->text)) {
      note_write(operand->text, unknown_output().out, Means::sysctl_command, operand->source,
                 operand->at);
    }
  }
  return unknown_output();
}

}  // namespace podsysctl::shell
