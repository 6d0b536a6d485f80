// SPDX-License-Identifier: Apache-2.0
// Walks a script's tree as a shell would, without effects: variables and files live in here, every
// command's output is worked out where it can be, and what reaches /proc/sys is noted.
// Thread-safety: one evaluator, one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shell/recognise.h"
#include "shell/source.h"
#include "shell/syntax.h"

namespace podsysctl::shell {

class Evaluator {
 public:
  explicit Evaluator(const Variables& environment);

  [[nodiscard]] Sources& sources() noexcept { return sources_; }
  void run_command_line(const std::vector<Text>& argv);
  [[nodiscard]] Recognition finish() &&;

 private:
  // What is expected of a command when all goes well.
  enum class Status : std::uint8_t { success, failure, unknown };
  struct Outcome {
    Text out;
    Status status = Status::success;
  };
  struct Call {
    std::span<const Text> words;  // the command's name first
    const Text* in;
    [[nodiscard]] std::size_t count() const { return words.size(); }
    [[nodiscard]] const std::string& word(std::size_t i) const { return words[i].text; }
  };
  struct File {
    std::string content;
    Text origin;             // where the content stands, if all of it stands in one place
    std::size_t source = 0;  // where it was written
    std::size_t at = 0;
    bool loaded = false;
    bool perhaps = false;
  };
  struct Function {
    const Node* body = nullptr;  // in trees_
    std::size_t source = 0;
  };
  using Handler = Outcome (Evaluator::*)(const Call&);
  using Values = std::map<std::string, std::string, std::less<>>;

  // Control flow: evaluator.cc
  enum class Shell : std::uint8_t { same, own };  // eval; sh -c
  [[nodiscard]] Outcome run_script(const Text& script, Shell shell, const Text& in);
  [[nodiscard]] Outcome run(const Node& node, const Text& in);
  [[nodiscard]] Outcome run_inner(const Node& node, const Text& in);
  [[nodiscard]] Outcome run_all(const Node& node, const Text& in);
  [[nodiscard]] Outcome run_chain(const Node& node, const Text& in);
  [[nodiscard]] Outcome run_pipeline(const Node& node, const Text& in);
  [[nodiscard]] Outcome run_choice(const Node& node, const Text& in);
  [[nodiscard]] Outcome run_loop(const Node& node, const Text& in);
  [[nodiscard]] Outcome run_iteration(const Node& node, const Text& in);
  [[nodiscard]] Outcome run_subshell(const Node& node, const Text& in);
  // Parts that run only if something goes one way: by a test that cannot be foreseen, or as a
  // fall-back for what is expected to succeed. An `exit` in the former puts the rest in doubt.
  enum class Doubt : std::uint8_t { test, fallback };
  [[nodiscard]] Outcome run_perhaps(const Node& node, const Text& in, Doubt doubt);
  [[nodiscard]] Outcome run_simple(const Node& node, const Text& in);
  void forget_assigned(const Node& node);

  // Words: evaluator_words.cc
  [[nodiscard]] std::vector<Text> expand(std::span<const Word> words);
  void expand_word(const Word& word, std::vector<Text>& into);
  [[nodiscard]] Text expand_whole(const Word& word);
  [[nodiscard]] std::string value_of(const Part& part);
  [[nodiscard]] std::string variable(std::string_view name) const;
  [[nodiscard]] bool spend(std::size_t bytes);

  // Redirections and files: evaluator_files.cc
  [[nodiscard]] Text input_of(const Node& node, const Text& in);
  void send(const Node& node, Outcome& outcome);
  void deliver(const Text& out, const Text& target, bool append, Means means);
  void load(const Text& settings, std::size_t source, std::size_t at);
  void load_file(const Text& path, const Call& call);
  [[nodiscard]] std::string resolved(std::string_view path) const;

  // Commands: one table; commands.cc and others
  [[nodiscard]] static Handler handler_of(std::string_view name);
  [[nodiscard]] Outcome dispatch(const Call& call);
  [[nodiscard]] Outcome call_rest(const Call& call, std::size_t from);
  [[nodiscard]] Outcome call_function(const Function& function, const Call& call);
  [[nodiscard]] Outcome quiet(const Call& call);
  [[nodiscard]] Outcome reader(const Call& call);
  [[nodiscard]] Outcome fails(const Call& call);
  [[nodiscard]] Outcome unsettled(const Call& call);
  [[nodiscard]] Outcome leave(const Call& call);
  [[nodiscard]] Outcome assign(const Call& call);
  [[nodiscard]] Outcome read_variables(const Call& call);
  [[nodiscard]] Outcome change_folder(const Call& call);
  [[nodiscard]] Outcome prepare(const Call& call);
  [[nodiscard]] Outcome mount(const Call& call);
  [[nodiscard]] Outcome make_folder(const Call& call);
  [[nodiscard]] Outcome host_name(const Call& call);
  [[nodiscard]] Outcome echo(const Call& call);
  [[nodiscard]] Outcome print_formatted(const Call& call);
  [[nodiscard]] Outcome cat(const Call& call);
  [[nodiscard]] Outcome tee(const Call& call);
  [[nodiscard]] Outcome dd(const Call& call);
  [[nodiscard]] Outcome copy(const Call& call);
  [[nodiscard]] Outcome filter(const Call& call);
  [[nodiscard]] Outcome sysctl(const Call& call);
  [[nodiscard]] Outcome shell(const Call& call);
  [[nodiscard]] Outcome eval(const Call& call);
  [[nodiscard]] Outcome wrapper(const Call& call);
  [[nodiscard]] Outcome source_file(const Call& call);
  [[nodiscard]] Outcome replace(const Call& call);
  [[nodiscard]] Outcome switch_user(const Call& call);
  [[nodiscard]] Outcome change_root(const Call& call);
  [[nodiscard]] Outcome enter_namespaces(const Call& call);
  [[nodiscard]] Outcome run_with_input(const Call& call);
  void load_all(const Call& call);

  void note_write(std::string key, const Text& value, Means means, std::size_t source,
                  std::size_t at);
  void note_effect(std::string what, std::size_t source, std::size_t at,
                   Effect::Reach reach = Effect::Reach::lasting);
  void give_up(std::string_view why);
  [[nodiscard]] static Outcome unknown_output(Status status = Status::success);

  Sources sources_;
  Recognition found_;
  std::vector<std::unique_ptr<Node>> trees_;  // functions outlive their script
  Values variables_;
  std::map<std::string, Function, std::less<>> functions_;
  std::map<std::string, File, std::less<>> files_;
  std::vector<std::string> arguments_;  // $0, $1, …
  std::string folder_ = "/";
  std::string root_;         // of chroot
  std::size_t source_ = 0;   // that the tree at hand was read from
  std::size_t perhaps_ = 0;  // > 0 in parts that may not run
  std::size_t calls_ = 0;
  std::size_t steps_ = 0;
  std::size_t made_bytes_ = 0;
  bool entered_net_ = false;
  bool entered_ipc_ = false;
  bool left_ = false;  // exit or exec has been met
  bool returned_ = false;
  bool exhausted_ = false;
};

}  // namespace podsysctl::shell
