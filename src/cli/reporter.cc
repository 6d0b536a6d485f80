// SPDX-License-Identifier: Apache-2.0
#include "cli/reporter.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include <fmt/core.h>

namespace podsysctl::cli {
namespace {

constexpr std::size_t kBarWidth = 24;
constexpr double kMegabyte = 1e6;

}  // namespace

void StderrReporter::warn(std::string_view message) {
  fmt::print(stderr, "warning: {}\n", message);
}

TerminalProgress::TerminalProgress() : terminal_(::isatty(STDERR_FILENO) == 1) {}

TerminalProgress::~TerminalProgress() {
  if (drawn_) {
    fmt::print(stderr, "\r\x1b[K");
  }
}

void TerminalProgress::step(std::string_view what, std::uint64_t done, std::uint64_t total) {
  if (!terminal_) {
    return;
  }
  fmt::print(stderr, "\r{}\x1b[K", progress_line(what, done, total));
  std::fflush(stderr);
  drawn_ = true;
}

std::string progress_line(std::string_view what, std::uint64_t done, std::uint64_t total) {
  const double megabytes = static_cast<double>(done) / kMegabyte;
  if (total == 0) {
    return fmt::format("  {}  {:.1f} MB", what, megabytes);
  }
  const double share = std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
  const auto filled = static_cast<std::size_t>(share * kBarWidth);
  return fmt::format("  {}  [{}{}] {:3.0f} %  {:.1f} MB", what, std::string(filled, '#'),
                     std::string(kBarWidth - filled, '.'), share * 100, megabytes);
}

}  // namespace podsysctl::cli
