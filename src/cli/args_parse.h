// SPDX-License-Identifier: Apache-2.0
// Reads a command line by the definitions of args.h: --name VALUE, --name=VALUE, -n VALUE, -nVALUE,
// switches in one word (-it), switches with a value (--rm=false), flags between arguments, "--"
// before arguments that look like flags. A value is taken as it is, also when it is empty or begins
// with a dash. Thread-safety: one thread.
#pragma once

#include <expected>
#include <span>
#include <string>

#include "cli/args.h"

namespace podsysctl::cli {

struct UsageError {
  const Command* command;  // the innermost that was recognised
  std::string message;
};

struct Invocation {
  enum class Wish : std::uint8_t { run, help };
  const Command* command;
  Wish wish = Wish::run;
};

// `words` without the program's name. Flags and arguments are set on the way.
[[nodiscard]] std::expected<Invocation, UsageError> parse(const Command& root,
                                                          std::span<const std::string> words);

// Parses, runs the action and returns its exit code. Help goes to standard output; a wrong command
// line is one line and a hint on standard error.
[[nodiscard]] int dispatch(const Command& root, std::span<const std::string> words);

}  // namespace podsysctl::cli
