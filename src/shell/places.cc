// SPDX-License-Identifier: Apache-2.0
// Commands that run other commands elsewhere: chroot in another root, nsenter in other namespaces.
#include <utility>

#include "base/strings.h"
#include "shell/evaluator.h"

namespace podsysctl::shell {
namespace {

// What the flags of nsenter(1) enter. Each tells whether the flag takes the next word.
struct Entered {
  bool net = false;
  bool ipc = false;

  bool read_long(std::string_view word) {
    net = net || word.starts_with("--net") || word == "--all";
    ipc = ipc || word.starts_with("--ipc") || word == "--all";
    return word == "--target" || word == "--setuid" || word == "--setgid";
  }

  // A cluster; some letters take the rest of the word, or the next one.
  bool read_letters(std::string_view word) {
    for (std::size_t k = 1; k < word.size(); ++k) {
      const char letter = word[k];
      net = net || letter == 'n' || letter == 'a';
      ipc = ipc || letter == 'i' || letter == 'a';
      if (std::string_view("tSG").contains(letter)) {
        return k + 1 == word.size();
      }
      if (k + 1 < word.size() && word[k + 1] == '/') {
        return false;  // -n/proc/1/ns/net
      }
    }
    return false;
  }
};

}  // namespace

Evaluator::Outcome Evaluator::change_root(const Call& call) {
  std::size_t i = 1;
  while (i < call.count() && call.word(i).starts_with('-')) {
    ++i;
  }
  if (i + 1 >= call.count()) {
    const Text& name = call.words.front();
    note_effect("runs a shell in another root", name.source, name.at);
    return unknown_output(Status::unknown);
  }
  std::string root = resolved(call.word(i));
  while (root.ends_with('/')) {
    root.pop_back();
  }
  std::swap(root, root_);
  std::string folder = std::exchange(folder_, "/");
  Outcome outcome = call_rest(call, i + 1);
  root_ = std::move(root);
  folder_ = std::move(folder);
  return outcome;
}

Evaluator::Outcome Evaluator::enter_namespaces(const Call& call) {
  Entered entered;
  std::size_t i = 1;
  for (; i < call.count() && call.word(i).starts_with('-'); ++i) {
    const std::string_view word = call.word(i);
    if (word == "--") {
      ++i;
      break;
    }
    const bool takes_next =
        word.starts_with("--") ? entered.read_long(word) : entered.read_letters(word);
    i += takes_next ? 1U : 0U;
  }
  const bool outer_net = std::exchange(entered_net_, entered_net_ || entered.net);
  const bool outer_ipc = std::exchange(entered_ipc_, entered_ipc_ || entered.ipc);
  Outcome outcome;
  if (i < call.count()) {
    outcome = call_rest(call, i);
  } else {
    outcome = run_script(*call.in, Shell::own, {});
  }
  entered_net_ = outer_net;
  entered_ipc_ = outer_ipc;
  return outcome;
}

}  // namespace podsysctl::shell
