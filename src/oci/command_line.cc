// SPDX-License-Identifier: Apache-2.0
#include "oci/command_line.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace podsysctl::oci {
namespace {

// Flags that take a value; runc 1.0 to 1.5, crun 1.0 to 1.29, youki 0.5.
constexpr std::array<std::string_view, 9> kGlobalWithValue{
    "root", "r", "log", "l", "log-format", "log-level", "criu", "rootless", "cgroup-manager"};
constexpr std::array<std::string_view, 9> kCreateWithValue{
    "bundle", "b", "console-socket", "pidfd-socket", "pid-file", "preserve-fds", "config",
    "f",      "p"};
constexpr std::array<std::string_view, 20> kVerbs{
    "create",  "run",        "start",    "state",  "delete", "kill",   "exec",
    "list",    "ps",         "spec",     "events", "pause",  "resume", "update",
    "restore", "checkpoint", "features", "init",   "help",   "version"};

constexpr std::string_view kOwnPrefix = "podsysctl-";

template <std::size_t N>
bool is_in(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

struct Flag {
  std::string_view name;  // without dashes
  std::optional<std::string_view> value;
};

// nullopt for a word that is no flag.
std::optional<Flag> flag_of(std::string_view word) {
  if (word.size() < 2 || word.front() != '-') {
    return std::nullopt;
  }
  word.remove_prefix(word.starts_with("--") ? 2 : 1);
  const std::size_t equals = word.find('=');
  if (equals == std::string_view::npos) {
    return Flag{word, std::nullopt};
  }
  return Flag{word.substr(0, equals), word.substr(equals + 1)};
}

class Parser {
 public:
  explicit Parser(std::span<const std::string> args) : args_(args) {}

  Result<CommandLine> run() {
    PSYS_TRY(read_global());
    out_.verb_at = out_.words.size();
    const std::string_view verb = at_ < args_.size() ? std::string_view(args_[at_]) : "";
    std::ranges::copy(args_.subspan(at_), std::back_inserter(out_.words));
    if (verb == "create" || verb == "run") {
      ++at_;
      read_create();
    }
    return std::move(out_);
  }

 private:
  // Up to the verb. Whether the word after an unknown flag is its value nobody can tell: it is,
  // unless it is a verb.
  Result<> read_global() {
    while (at_ < args_.size()) {
      const std::size_t first = at_;
      const auto flag = flag_of(args_[at_]);
      if (!flag || flag->name.empty()) {
        return {};
      }
      ++at_;
      std::optional<std::string_view> value = flag->value;
      if (!value && at_ < args_.size() && takes_next(*flag)) {
        value = args_[at_++];
      }
      PSYS_TRY(take_global(flag->name, value, first));
    }
    return {};
  }

  [[nodiscard]] bool takes_next(const Flag& flag) const {
    return is_in(kGlobalWithValue, flag.name) || flag.name.starts_with(kOwnPrefix) ||
           (!flag_of(args_[at_]) && !is_in(kVerbs, args_[at_]));
  }

  Result<> take_global(std::string_view name, std::optional<std::string_view> value,
                       std::size_t first) {
    if (name.starts_with(kOwnPrefix)) {
      return take_own(name, value);
    }
    if (name == "log" || name == "l") {
      out_.log = value.value_or("");
    } else if (name == "log-format") {
      out_.log_format = value.value_or("");
    }
    std::ranges::copy(args_.subspan(first, at_ - first), std::back_inserter(out_.words));
    return {};
  }

  Result<> take_own(std::string_view name, std::optional<std::string_view> value) {
    std::optional<std::string>* const slot = name == "podsysctl-runtime"      ? &out_.runtime
                                             : name == "podsysctl-config"     ? &out_.config
                                             : name == "podsysctl-policy-dir" ? &out_.policy_folder
                                                                              : nullptr;
    if (slot == nullptr) {
      return Error::of(Code::invalid_argument,
                       "unknown flag --{}; there are --podsysctl-runtime, --podsysctl-config and "
                       "--podsysctl-policy-dir",
                       name);
    }
    if (!value || value->empty()) {
      return Error::of(Code::invalid_argument, "the flag --{} needs a value", name);
    }
    *slot = std::string(*value);
    return {};
  }

  void read_create() {
    while (at_ < args_.size()) {
      const std::string& word = args_[at_++];
      const auto flag = only_id_ ? std::nullopt : flag_of(word);
      if (!flag) {
        out_.id = word;
      } else if (flag->name.empty()) {
        only_id_ = true;
      } else if (flag->value) {
        take_create(flag->name, *flag->value);
      } else if (is_in(kCreateWithValue, flag->name) && at_ < args_.size()) {
        take_create(flag->name, args_[at_++]);
      }
    }
  }

  void take_create(std::string_view name, std::string_view value) {
    if (name == "bundle" || name == "b") {
      out_.bundle = value;
    } else if (name == "config" || name == "f") {
      out_.spec_file = value;
    } else if (name == "pid-file" || name == "p") {
      out_.pid_file = value;
    }
  }

  std::span<const std::string> args_;
  std::size_t at_ = 0;
  bool only_id_ = false;
  CommandLine out_;
};

}  // namespace

std::string_view CommandLine::verb() const noexcept {
  return verb_at < words.size() ? std::string_view(words[verb_at]) : "";
}

std::string CommandLine::spec_path() const {
  // crun goes into the bundle first.
  return spec_file.starts_with('/')
             ? spec_file
             : bundle + "/" + (spec_file.empty() ? "config.json" : spec_file);
}

Result<CommandLine> parse_command_line(std::span<const std::string> args) {
  return Parser(args).run();
}

}  // namespace podsysctl::oci
