// SPDX-License-Identifier: Apache-2.0
#include "linux/signal_names.h"

#include <signal.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "base/strings.h"

namespace podsysctl::linux {
namespace {

// signal(7).
constexpr std::array<std::pair<std::string_view, int>, 35> kSignals{{
    {"HUP", SIGHUP},   {"INT", SIGINT},       {"QUIT", SIGQUIT},     {"ILL", SIGILL},
    {"TRAP", SIGTRAP}, {"ABRT", SIGABRT},     {"IOT", SIGABRT},      {"BUS", SIGBUS},
    {"FPE", SIGFPE},   {"KILL", SIGKILL},     {"USR1", SIGUSR1},     {"SEGV", SIGSEGV},
    {"USR2", SIGUSR2}, {"PIPE", SIGPIPE},     {"ALRM", SIGALRM},     {"TERM", SIGTERM},
    {"CHLD", SIGCHLD}, {"CLD", SIGCHLD},      {"CONT", SIGCONT},     {"STOP", SIGSTOP},
    {"TSTP", SIGTSTP}, {"TTIN", SIGTTIN},     {"TTOU", SIGTTOU},     {"URG", SIGURG},
    {"XCPU", SIGXCPU}, {"XFSZ", SIGXFSZ},     {"VTALRM", SIGVTALRM}, {"PROF", SIGPROF},
    {"IO", SIGIO},     {"WINCH", SIGWINCH},   {"POLL", SIGPOLL},     {"PWR", SIGPWR},
    {"SYS", SIGSYS},   {"STKFLT", SIGSTKFLT}, {"UNUSED", SIGSYS},
}};

std::string upper_case(std::string_view text) {
  std::string upper(text);
  std::ranges::transform(upper, upper.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return upper;
}

std::optional<int> in_range(int signal) {
  return signal >= 1 && signal <= SIGRTMAX ? std::optional(signal) : std::nullopt;
}

// "RTMIN", "RTMIN+3", "RTMAX-2". The C library keeps the first numbers for itself, so they are
// counted from its SIGRTMIN, as signal(7) asks.
std::optional<int> parse_real_time(std::string_view name) {
  const bool from_start = name.starts_with("RTMIN");
  if (!from_start && !name.starts_with("RTMAX")) {
    return std::nullopt;
  }
  const std::string_view rest = name.substr(5);
  if (rest.empty()) {
    return from_start ? SIGRTMIN : SIGRTMAX;
  }
  const auto offset = parse_number<int>(rest.substr(1));
  if (rest.front() != (from_start ? '+' : '-') || !offset || *offset < 0 ||
      *offset > SIGRTMAX - SIGRTMIN) {
    return std::nullopt;
  }
  return from_start ? SIGRTMIN + *offset : SIGRTMAX - *offset;
}

}  // namespace

std::optional<int> parse_signal(std::string_view text) {
  if (const auto number = parse_number<int>(text)) {
    return in_range(*number);
  }
  const std::string upper = upper_case(text);
  std::string_view name = upper;
  if (name.starts_with("SIG")) {
    name.remove_prefix(3);
  }
  const auto* const row = std::ranges::find(kSignals, name, &decltype(kSignals)::value_type::first);
  return row != kSignals.end() ? std::optional(row->second) : parse_real_time(name);
}

}  // namespace podsysctl::linux
