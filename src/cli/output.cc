// SPDX-License-Identifier: Apache-2.0
#include "cli/output.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include <fmt/core.h>

#include "base/printable.h"
#include "base/strings.h"
#include "cli/exit_codes.h"

namespace podsysctl::cli {
namespace {

std::string_view escape_of(Colour colour) {
  switch (colour) {
    case Colour::red:
      return "\x1b[31m";
    case Colour::green:
      return "\x1b[32m";
    case Colour::yellow:
      return "\x1b[33m";
    case Colour::bold:
      return "\x1b[1m";
    case Colour::none:
      break;
  }
  return "";
}

// Characters, not bytes: continuation bytes of UTF-8 take no room.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
  }));
}

}  // namespace

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

void print_beside(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

bool flush_output() { return std::fflush(stdout) == 0 && std::ferror(stdout) == 0; }

void complain(std::string_view text, std::string_view program) {
  const std::string line = fmt::format("{}: {}\n", program, text);
  std::fwrite(line.data(), 1, line.size(), stderr);
}

int report(const Error& error, std::string_view program) {
  complain(error.message, program);
  return kFailed;
}

std::string printable(std::string_view text) { return podsysctl::printable(text); }

bool colours_wanted() {
  const char* const refused = std::getenv("NO_COLOR");
  const char* const terminal = std::getenv("TERM");
  return ::isatty(STDOUT_FILENO) == 1 && (refused == nullptr || *refused == '\0') &&
         terminal != nullptr && std::string_view(terminal) != "dumb";
}

std::string painted(std::string_view text, Colour colour) {
  return colour == Colour::none ? std::string(text)
                                : fmt::format("{}{}\x1b[0m", escape_of(colour), text);
}

Table::Table(std::vector<std::string> header) {
  std::vector<Cell> cells;
  cells.reserve(header.size());
  for (std::string& name : header) {
    cells.push_back({std::move(name)});
  }
  rows_.push_back(std::move(cells));
}

void Table::add(std::vector<Cell> row) {
  for (Cell& cell : row) {
    cell.text = printable(cell.text);
  }
  rows_.push_back(std::move(row));
}

std::string Table::text(Colours colours) const {
  constexpr std::size_t kGap = 3;
  std::vector<std::size_t> widths(rows_.front().size());
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], width_of(row[i].text));
    }
  }
  std::string out;
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      out += painted(row[i].text, colours == Colours::on ? row[i].colour : Colour::none);
      if (i + 1 < row.size()) {
        out.append(widths[i] - width_of(row[i].text) + kGap, ' ');
      }
    }
    out.erase(out.find_last_not_of(' ') + 1);
    out += '\n';
  }
  return out;
}

std::string age(Timestamp since, Timestamp now) {
  const auto seconds =
      std::max<std::int64_t>(0, std::chrono::floor<std::chrono::seconds>(now - since).count());
  constexpr std::int64_t kMinute = 60;
  constexpr std::int64_t kHour = 60 * kMinute;
  constexpr std::int64_t kDay = 24 * kHour;
  if (seconds < 2 * kMinute) {
    return fmt::format("{}s", seconds);
  }
  if (seconds < 2 * kHour) {
    return fmt::format("{}m", seconds / kMinute);
  }
  if (seconds < 2 * kDay) {
    return fmt::format("{}h", seconds / kHour);
  }
  return fmt::format("{}d", seconds / kDay);
}

}  // namespace podsysctl::cli
