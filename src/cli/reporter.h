// SPDX-License-Identifier: Apache-2.0
// What a person sees while a command works: warnings on standard error, and a bar for long
// downloads, on a terminal only. Thread-safety: one thread.
#pragma once

#include <string>

#include "image/progress.h"
#include "node/node.h"

namespace podsysctl::cli {

class StderrReporter final : public node::Reporter {
 public:
  void warn(std::string_view message) override;
};

class TerminalProgress final : public image::Progress {
 public:
  TerminalProgress();
  ~TerminalProgress() override;
  void step(std::string_view what, std::uint64_t done, std::uint64_t total) override;

 private:
  bool terminal_;
  bool drawn_ = false;
};

// "  layer 2 of 3  [########............]  40 %  12.1 MB": one line, without the end of line.
[[nodiscard]] std::string progress_line(std::string_view what, std::uint64_t done,
                                        std::uint64_t total);

}  // namespace podsysctl::cli
