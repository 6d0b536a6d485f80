// SPDX-License-Identifier: Apache-2.0
// The commands that are known, and those that only prepare or look.
#include <algorithm>
#include <array>
#include <utility>

#include <fmt/core.h>

#include "base/strings.h"
#include "shell/evaluator.h"
#include "shell/limits.h"
#include "shell/parser.h"

namespace podsysctl::shell {
namespace {

std::string_view base_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

}  // namespace

// NOLINTNEXTLINE(readability-function-size): a table
Evaluator::Handler Evaluator::handler_of(std::string_view name) {
  using E = Evaluator;
  struct Known {
    std::string_view name;
    Handler handler;
  };
  // A command that is in no row may do anything.
  static constexpr auto kKnown = std::to_array<Known>({
      {".", &E::source_file},
      {":", &E::quiet},
      {"[", &E::unsettled},
      {"[[", &E::unsettled},
      {"apk", &E::prepare},
      {"apt", &E::prepare},
      {"apt-get", &E::prepare},
      {"ash", &E::shell},
      {"awk", &E::filter},
      {"basename", &E::reader},
      {"bash", &E::shell},
      {"break", &E::quiet},
      {"builtin", &E::wrapper},
      {"busybox", &E::wrapper},
      {"cat", &E::cat},
      {"catatonit", &E::wrapper},
      {"cd", &E::change_folder},
      {"chroot", &E::change_root},
      {"clear", &E::quiet},
      {"command", &E::wrapper},
      {"continue", &E::quiet},
      {"cp", &E::copy},
      {"cut", &E::filter},
      {"dash", &E::shell},
      {"date", &E::reader},
      {"dd", &E::dd},
      {"declare", &E::assign},
      {"df", &E::reader},
      {"diff", &E::unsettled},
      {"dirname", &E::reader},
      {"dnf", &E::prepare},
      {"doas", &E::wrapper},
      {"dumb-init", &E::wrapper},
      {"echo", &E::echo},
      {"egrep", &E::unsettled},
      {"env", &E::wrapper},
      {"eval", &E::eval},
      {"exec", &E::replace},
      {"exit", &E::leave},
      {"export", &E::assign},
      {"expr", &E::unsettled},
      {"false", &E::fails},
      {"fgrep", &E::unsettled},
      {"free", &E::reader},
      {"getconf", &E::reader},
      {"gosu", &E::wrapper},
      {"grep", &E::unsettled},
      {"head", &E::filter},
      {"hostname", &E::host_name},
      {"id", &E::reader},
      {"install_packages", &E::prepare},
      {"ionice", &E::wrapper},
      {"ksh", &E::shell},
      {"local", &E::assign},
      {"ls", &E::unsettled},
      {"microdnf", &E::prepare},
      {"mkdir", &E::make_folder},
      {"mount", &E::mount},
      {"mountpoint", &E::unsettled},
      {"mv", &E::copy},
      {"nice", &E::wrapper},
      {"nohup", &E::wrapper},
      {"nproc", &E::reader},
      {"nsenter", &E::enter_namespaces},
      {"pause", &E::quiet},
      {"pgrep", &E::unsettled},
      {"printenv", &E::reader},
      {"printf", &E::print_formatted},
      {"ps", &E::reader},
      {"pwd", &E::reader},
      {"read", &E::read_variables},
      {"readlink", &E::reader},
      {"readonly", &E::assign},
      {"realpath", &E::reader},
      {"return", &E::leave},
      {"runuser", &E::switch_user},
      {"sed", &E::filter},
      {"seq", &E::reader},
      {"set", &E::quiet},
      {"setsid", &E::wrapper},
      {"sh", &E::shell},
      {"shift", &E::assign},
      {"shopt", &E::quiet},
      {"sleep", &E::quiet},
      {"sort", &E::filter},
      {"source", &E::source_file},
      {"stat", &E::unsettled},
      {"stdbuf", &E::wrapper},
      {"su", &E::switch_user},
      {"su-exec", &E::wrapper},
      {"sudo", &E::wrapper},
      {"sync", &E::quiet},
      {"sysctl", &E::sysctl},
      {"tail", &E::filter},
      {"tee", &E::tee},
      {"test", &E::unsettled},
      {"time", &E::wrapper},
      {"timeout", &E::wrapper},
      {"tini", &E::wrapper},
      {"toybox", &E::wrapper},
      {"tr", &E::filter},
      {"trap", &E::quiet},
      {"true", &E::quiet},
      {"type", &E::unsettled},
      {"typeset", &E::assign},
      {"ulimit", &E::prepare},
      {"umask", &E::quiet},
      {"uname", &E::reader},
      {"uniq", &E::filter},
      {"unset", &E::assign},
      {"wait", &E::quiet},
      {"wc", &E::filter},
      {"which", &E::unsettled},
      {"whoami", &E::reader},
      {"xargs", &E::run_with_input},
      {"yum", &E::prepare},
      {"zsh", &E::shell},
      {"zypper", &E::prepare},
  });
  static_assert(std::ranges::is_sorted(kKnown, {}, &Known::name));
  const auto found = std::ranges::lower_bound(kKnown, name, {}, &Known::name);
  return found != kKnown.end() && found->name == name ? found->handler : nullptr;
}

Evaluator::Outcome Evaluator::dispatch(const Call& call) {
  const Text& command = call.words.front();
  if (++steps_ > kMaxSteps || calls_ >= kMaxCalls) {
    give_up(calls_ >= kMaxCalls ? "commands in commands in commands" : "its loops are too long");
    return {};
  }
  if (const auto function = functions_.find(command.text); function != functions_.end()) {
    return call_function(function->second, call);
  }
  const Handler handler = handler_of(base_name(command.text));
  if (handler != nullptr) {
    ++calls_;
    Outcome outcome = (this->*handler)(call);
    --calls_;
    return outcome;
  }
  note_effect(is_known(command.text)
                  ? fmt::format("runs {}", in_quotes(command.text))
                  : std::string("runs a command that is only known when it runs"),
              command.source, command.at);
  return unknown_output(Status::unknown);
}

Evaluator::Outcome Evaluator::call_rest(const Call& call, std::size_t from) {
  return from < call.count() ? dispatch({call.words.subspan(from), call.in}) : Outcome{};
}

Evaluator::Outcome Evaluator::call_function(const Function& function, const Call& call) {
  std::vector<std::string> arguments;
  for (const Text& word : call.words) {
    arguments.push_back(word.text);
  }
  std::swap(arguments, arguments_);
  const std::size_t outer = std::exchange(source_, function.source);
  ++calls_;
  Outcome outcome = run(*function.body, *call.in);
  --calls_;
  returned_ = false;
  source_ = outer;
  std::swap(arguments, arguments_);
  return outcome;
}

Evaluator::Outcome Evaluator::quiet(const Call& call) {
  (void)call;
  return {};
}

Evaluator::Outcome Evaluator::reader(const Call& call) {
  (void)call;
  return unknown_output();
}

Evaluator::Outcome Evaluator::fails(const Call& call) {
  (void)call;
  return {{}, Status::failure};
}

Evaluator::Outcome Evaluator::unsettled(const Call& call) {
  (void)call;
  return unknown_output(Status::unknown);
}

Evaluator::Outcome Evaluator::leave(const Call& call) {
  (call.word(0) == "exit" ? left_ : returned_) = true;
  return {};
}

// export A=1, local A=1, unset A, shift
Evaluator::Outcome Evaluator::assign(const Call& call) {
  if (call.word(0) == "shift") {
    for (std::string& argument : arguments_) {
      argument = kUnknown;
    }
    return {};
  }
  for (std::size_t i = 1; i < call.count(); ++i) {
    const std::string& word = call.word(i);
    const std::string_view name = name_at_start(word);
    if (call.word(0) == "unset") {
      variables_[std::string(name)] = kUnknown;
    } else if (!name.empty() && name.size() < word.size() && word[name.size()] == '=') {
      variables_[std::string(name)] = word.substr(name.size() + 1);
    }
  }
  return {};
}

Evaluator::Outcome Evaluator::read_variables(const Call& call) {
  for (std::size_t i = 1; i < call.count(); ++i) {
    if (name_at_start(call.word(i)) == call.word(i)) {
      variables_[call.word(i)] = kUnknown;
    }
  }
  return unknown_output(Status::unknown);
}

Evaluator::Outcome Evaluator::change_folder(const Call& call) {
  std::size_t i = 1;
  while (i < call.count() && call.word(i).starts_with('-')) {
    ++i;
  }
  if (i < call.count()) {
    const std::string& to = call.word(i);
    folder_ = to.starts_with('/') ? to : fmt::format("{}/{}", folder_, to);
  }
  return {};
}

Evaluator::Outcome Evaluator::prepare(const Call& call) {
  const Text& at = call.words.front();
  note_effect(base_name(at.text) == "ulimit" ? "sets limits of its own processes (ulimit)"
                                             : "installs packages into its own file system",
              at.source, at.at, Effect::Reach::own);
  return {};
}

Evaluator::Outcome Evaluator::mount(const Call& call) {
  const Text& at = call.words.front();
  if (call.count() == 1) {
    return unknown_output();
  }
  bool remount = false;
  for (const Text& word : call.words) {
    remount = remount || word.text.contains("remount");
  }
  const std::string& where = call.words.back().text;
  const bool own = remount && (where == "/proc/sys" || where == "/proc" || where == "/proc/sys/");
  note_effect(own ? fmt::format("remounts {} writable for itself", where)
                  : fmt::format("mounts {}", in_quotes(where)),
              at.source, at.at, own ? Effect::Reach::own : Effect::Reach::lasting);
  return {};
}

Evaluator::Outcome Evaluator::make_folder(const Call& call) {
  const Text& last = call.words.back();
  const std::string path = resolved(last.text);
  const bool own = path.ends_with("/etc/sysctl.d") || path.ends_with("/etc/sysctl.d/");
  note_effect(fmt::format("makes the folder {}", in_quotes(path)), last.source, last.at,
              own ? Effect::Reach::own : Effect::Reach::lasting);
  return {};
}

Evaluator::Outcome Evaluator::host_name(const Call& call) {
  const Text& last = call.words.back();
  if (call.count() > 1 && !last.text.starts_with('-')) {
    note_effect("sets the host name", last.source, last.at);
  }
  return unknown_output();
}

}  // namespace podsysctl::shell
