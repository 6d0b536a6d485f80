// SPDX-License-Identifier: Apache-2.0
// What commands print: results to standard output, messages to standard error. Text from outside
// (names, values, messages) is made printable, so that it cannot steer a terminal.
// Thread-safety: one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"

namespace podsysctl::cli {

inline constexpr std::string_view kProgram = "podsysctl";
inline constexpr std::string_view kAgentProgram = "podsysctl-agent";

// To standard output as it is; flush_output() tells of errors.
void print(std::string_view text);

// False when something printed did not reach its end (a full disk, a closed pipe).
[[nodiscard]] bool flush_output();

// To standard error as it is: a result beside the one on standard output.
void print_beside(std::string_view text);

// "PROGRAM: TEXT" on standard error.
void complain(std::string_view text, std::string_view program = kProgram);

// complain(), and the exit code for a failed operation.
[[nodiscard]] int report(const Error& error, std::string_view program = kProgram);

// Control characters as \n, \x1b and the like.
[[nodiscard]] std::string printable(std::string_view text);

enum class Colour : std::uint8_t { none, red, green, yellow, bold };

// On a terminal whose user does not refuse them (NO_COLOR, TERM=dumb).
[[nodiscard]] bool colours_wanted();

// The text between the terminal's codes of a colour; as it is for Colour::none.
[[nodiscard]] std::string painted(std::string_view text, Colour colour);

// Columns of text, as wide as their widest cell, three blanks between them.
class Table {
 public:
  struct Cell {
    std::string text;
    Colour colour = Colour::none;
  };
  explicit Table(std::vector<std::string> header);
  void add(std::vector<Cell> row);

  enum class Colours : std::uint8_t { off, on };
  [[nodiscard]] std::string text(Colours colours) const;

 private:
  std::vector<std::vector<Cell>> rows_;
};

// "12s", "5m", "3h", "9d": the time between, as kubectl shows ages.
[[nodiscard]] std::string age(Timestamp since, Timestamp now);

}  // namespace podsysctl::cli
