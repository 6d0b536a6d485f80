// SPDX-License-Identifier: Apache-2.0
#include "shell/evaluator.h"

#include <algorithm>
#include <utility>

#include <fmt/core.h>

#include "base/strings.h"
#include "shell/limits.h"
#include "shell/parser.h"

namespace podsysctl::shell {
namespace {

// Its outcome belongs to whoever takes the text, so it keeps its place where there is only one.
void append(Text& whole, Text more) {
  if (whole.text.empty()) {
    whole = std::move(more);
  } else if (!more.text.empty()) {
    whole.text += more.text;
    whole.verbatim = false;
  }
}

}  // namespace

Evaluator::Evaluator(const Variables& environment) {
  for (const auto& [name, value] : environment) {
    variables_.emplace(name, value.value_or(std::string(1, kUnknown)));
  }
}

Evaluator::Outcome Evaluator::unknown_output(Status status) {
  return {{std::string(1, kUnknown), 0, 0, false}, status};
}

void Evaluator::give_up(std::string_view why) {
  if (!exhausted_) {
    exhausted_ = true;
    note_effect(fmt::format("was not read to its end: {}", why), source_, 0);
  }
}

bool Evaluator::spend(std::size_t bytes) {
  made_bytes_ += bytes;
  if (made_bytes_ > kMaxMadeBytes) {
    give_up("its variables and loops make too much text");
  }
  return !exhausted_;
}

void Evaluator::note_write(std::string key, const Text& value, Means means, std::size_t source,
                           std::size_t at) {
  if (found_.writes.size() >= kMaxFindings) {
    return give_up("it writes too many sysctls");
  }
  Write write;
  write.key_known = !key.empty() && is_known(key) && key.find_first_of("*?[{") == key.npos;
  std::ranges::replace(key, kUnknown, '?');
  write.key = std::move(key);
  if (is_known(value.text)) {
    write.value = std::string(trim(value.text));
  }
  write.means = means;
  write.at = sources_.place(source, at);
  write.certain = perhaps_ == 0;
  write.entered_net = entered_net_;
  write.entered_ipc = entered_ipc_;
  found_.writes.push_back(std::move(write));
}

void Evaluator::note_effect(std::string what, std::size_t source, std::size_t at,
                            Effect::Reach reach) {
  if (found_.effects.size() < kMaxFindings) {
    std::ranges::replace(what, kUnknown, '?');
    found_.effects.push_back({std::move(what), sources_.place(source, at), reach});
  }
}

Recognition Evaluator::finish() && {
  for (const auto& [path, file] : files_) {
    if (!file.loaded) {
      note_effect(fmt::format("writes {}", in_quotes(path)), file.source, file.at);
    }
  }
  return std::move(found_);
}

void Evaluator::run_command_line(const std::vector<Text>& argv) {
  if (!argv.empty()) {
    const Text nothing;
    (void)dispatch({argv, &nothing});
  }
}

Evaluator::Outcome Evaluator::run_script(const Text& script, Shell shell, const Text& in) {
  if (calls_ >= kMaxCalls || script.text.size() > kMaxScriptBytes) {
    give_up(calls_ >= kMaxCalls ? "scripts in scripts in scripts" : "it is longer than 64 KiB");
    return {};
  }
  constexpr std::size_t kTreeCost = 16;  // a tree is larger than its text
  if (!spend(kTreeCost * script.text.size())) {
    return {};
  }
  const std::size_t source = sources_.add_script(script);
  Parser parser(sources_.text(source));
  trees_.push_back(parser.parse());
  const Node& tree = *trees_.back();
  const std::size_t outer = std::exchange(source_, source);
  if (parser.fault()) {
    note_effect(fmt::format("could not be read: the script {}", parser.fault()->why), source,
                parser.fault()->at);
  }
  ++calls_;
  Outcome outcome = shell == Shell::own ? run_subshell(tree, in) : run(tree, in);
  --calls_;
  source_ = outer;
  return outcome;
}

Evaluator::Outcome Evaluator::run(const Node& node, const Text& in) {
  if (left_ || returned_ || exhausted_) {
    return {};
  }
  if (++steps_ > kMaxSteps) {
    give_up("its loops are too long");
    return {};
  }
  if (node.redirects.empty()) {
    return run_inner(node, in);
  }
  const Text input = input_of(node, in);
  Outcome outcome = run_inner(node, input);
  send(node, outcome);
  return outcome;
}

Evaluator::Outcome Evaluator::run_inner(const Node& node, const Text& in) {
  switch (node.kind) {
    case Node::Kind::simple:
      return run_simple(node, in);
    case Node::Kind::pipeline:
      return run_pipeline(node, in);
    case Node::Kind::chain:
      return run_chain(node, in);
    case Node::Kind::sequence:
    case Node::Kind::group:
      return run_all(node, in);
    case Node::Kind::subshell:
      return run_subshell(node, in);
    case Node::Kind::choice:
      return run_choice(node, in);
    case Node::Kind::loop:
      return run_loop(node, in);
    case Node::Kind::iteration:
      return run_iteration(node, in);
    case Node::Kind::selection: {
      (void)expand(node.words);
      for (const auto& body : node.children) {
        (void)run_perhaps(*body, in, Doubt::test);
      }
      return unknown_output(Status::unknown);
    }
    case Node::Kind::function:
      if (!node.children.empty()) {
        functions_[node.name] = {node.children.front().get(), source_};
      }
      return {};
    case Node::Kind::opaque:
      break;
  }
  return unknown_output(Status::unknown);
}

Evaluator::Outcome Evaluator::run_all(const Node& node, const Text& in) {
  Outcome outcome;
  for (const auto& child : node.children) {
    Outcome next = run(*child, in);
    append(outcome.out, std::move(next.out));
    outcome.status = next.status;
  }
  return outcome;
}

Evaluator::Outcome Evaluator::run_chain(const Node& node, const Text& in) {
  Outcome outcome = run(*node.children.front(), in);
  for (std::size_t i = 1; i < node.children.size(); ++i) {
    const bool either = node.operators[i - 1] == Node::Operator::either;
    const bool expected = outcome.status == (either ? Status::failure : Status::success);
    Outcome next;
    if (expected) {
      next = run(*node.children[i], in);
      outcome.status = next.status;
    } else {
      const bool tested = outcome.status == Status::unknown;
      next = run_perhaps(*node.children[i], in, tested ? Doubt::test : Doubt::fallback);
      if (tested && either && next.status == Status::success) {
        outcome.status = Status::success;
      }
    }
    append(outcome.out, std::move(next.out));
  }
  return outcome;
}

Evaluator::Outcome Evaluator::run_pipeline(const Node& node, const Text& in) {
  Outcome outcome;
  Text passed = in;
  for (const auto& child : node.children) {
    outcome = run(*child, passed);
    passed = outcome.out;
    if (node.children.size() > 1) {
      left_ = false;  // every part is a shell of its own
    }
  }
  if (node.negated && outcome.status != Status::unknown) {
    outcome.status = outcome.status == Status::success ? Status::failure : Status::success;
  }
  return outcome;
}

Evaluator::Outcome Evaluator::run_choice(const Node& node, const Text& in) {
  Outcome outcome;
  bool taken = false;  // a branch is expected to be
  bool tested = false;
  const auto branch = [&](const Node& body, bool expected) {
    Outcome next = expected && !tested && !taken
                       ? run(body, in)
                       : run_perhaps(body, in, tested && !taken ? Doubt::test : Doubt::fallback);
    append(outcome.out, std::move(next.out));
  };
  std::size_t i = 0;
  for (; i + 1 < node.children.size(); i += 2) {
    const bool sure = i == 0 || (!tested && !taken);
    const Outcome condition =
        sure ? run(*node.children[i], in) : run_perhaps(*node.children[i], in, Doubt::test);
    tested = tested || condition.status == Status::unknown;
    branch(*node.children[i + 1], condition.status == Status::success);
    taken = taken || (condition.status == Status::success && !tested);
  }
  if (node.has_else && i < node.children.size()) {
    branch(*node.children[i], true);
  }
  outcome.status = tested ? Status::unknown : Status::success;
  return outcome;
}

Evaluator::Outcome Evaluator::run_loop(const Node& node, const Text& in) {
  for (const auto& child : node.children) {
    forget_assigned(*child);
  }
  Outcome condition = run(*node.children[0], in);
  if (node.children.size() < 2) {
    return condition;
  }
  const Status stays = node.until ? Status::failure : Status::success;
  if (condition.status == stays) {
    return run(*node.children[1], in);
  }
  const bool tested = condition.status == Status::unknown;
  return run_perhaps(*node.children[1], in, tested ? Doubt::test : Doubt::fallback);
}

// The variables that a loop's body changes have no one value in it.
void Evaluator::forget_assigned(const Node& node) {
  if (++steps_ > kMaxSteps) {
    return give_up("its loops are too long");
  }
  for (const Assignment& assignment : node.assignments) {
    variables_[assignment.name] = kUnknown;
  }
  for (const Word& word : node.words) {  // read NAME, export NAME=...
    const std::string_view text =
        word.parts.empty() ? std::string_view() : std::string_view(word.parts.front().text);
    const auto known = variables_.find(name_at_start(text));
    if (known != variables_.end() && &word != &node.words.front()) {
      known->second = kUnknown;
    }
  }
  for (const auto& child : node.children) {
    forget_assigned(*child);
  }
}

Evaluator::Outcome Evaluator::run_iteration(const Node& node, const Text& in) {
  Outcome outcome;
  const std::vector<Text> items = expand(node.words);
  for (const Text& item : items) {
    if (node.children.empty() || !spend(item.text.size())) {
      break;
    }
    variables_[node.name] = item.text;
    const bool any_number = item.text.find(kUnknown) != std::string::npos;
    Outcome next =
        any_number ? run_perhaps(*node.children[0], in, Doubt::test) : run(*node.children[0], in);
    append(outcome.out, std::move(next.out));
  }
  return outcome;
}

Evaluator::Outcome Evaluator::run_subshell(const Node& node, const Text& in) {
  if (!spend(64 * (variables_.size() + functions_.size() + 1))) {
    return {};
  }
  const Values variables = variables_;
  const auto functions = functions_;
  const std::string folder = folder_;
  const std::size_t perhaps = perhaps_;
  Outcome outcome = run_all(node, in);
  variables_ = variables;
  functions_ = functions;
  folder_ = folder;
  perhaps_ = perhaps;
  left_ = false;
  return outcome;
}

Evaluator::Outcome Evaluator::run_perhaps(const Node& node, const Text& in, Doubt doubt) {
  if (left_ || returned_ || !spend(64 * (variables_.size() + 1))) {
    return {};
  }
  const Values before = variables_;
  ++perhaps_;
  Outcome outcome = run(node, in);
  --perhaps_;
  for (auto& [name, value] : variables_) {
    const auto known = before.find(name);
    if (known == before.end() || known->second != value) {
      value = kUnknown;
    }
  }
  if (left_ || returned_) {
    left_ = false;
    returned_ = false;
    perhaps_ += doubt == Doubt::test ? 1 : 0;
  }
  if (!outcome.out.text.empty()) {
    outcome.out = unknown_output().out;
  }
  return outcome;
}

Evaluator::Outcome Evaluator::run_simple(const Node& node, const Text& in) {
  Values replaced;
  std::vector<std::string> added;
  for (const Assignment& assignment : node.assignments) {
    const Text value = expand_whole(assignment.value);
    const auto known = variables_.find(assignment.name);
    if (node.words.empty() || known == variables_.end()) {
      added.push_back(assignment.name);
    } else {
      replaced.emplace(assignment.name, known->second);
    }
    variables_[assignment.name] = value.text;
  }
  if (node.words.empty()) {
    return {};
  }
  const std::vector<Text> words = expand(node.words);
  Outcome outcome;
  if (!words.empty() && !exhausted_) {
    outcome = dispatch({words, &in});
  }
  for (const std::string& name : added) {
    variables_.erase(name);
  }
  for (auto& [name, value] : replaced) {
    variables_[name] = value;
  }
  return outcome;
}

}  // namespace podsysctl::shell
