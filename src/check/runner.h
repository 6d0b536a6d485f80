// SPDX-License-Identifier: Apache-2.0
// Runs the rules over files: large ones in parts, on several threads, with the results in the order
// of the input. One file and a window of results are in memory at a time, no tree outlives its
// document. A part that cannot be read is read once more document by document, so that a broken one
// is a finding and the rest is still checked.
// Thread-safety: one runner, one caller; `emit` is called on the caller's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "check/context.h"
#include "check/document_check.h"
#include "check/finding.h"
#include "check/inputs.h"
#include "yaml/tree_builder.h"

namespace podsysctl::check {

enum class Excerpts : std::uint8_t { no, yes };

struct RunOptions {
  std::size_t threads = 1;
  Excerpts excerpts = Excerpts::no;  // fill in Finding::excerpt
};

// Findings of one part of a file, sorted by line and column; often none.
using Emit = std::function<void(const std::string& file, const std::vector<Finding>& findings)>;

struct Outcome {
  Summary summary;
  std::vector<Error> failures;  // files that could not be read
};

[[nodiscard]] Outcome check_files(const std::vector<InputFile>& files, const Context& context,
                                  const RunOptions& options, const Emit& emit);

// What check_files() does with a text. For tests, fuzzing and texts that are no files.
[[nodiscard]] std::vector<Finding> check_text(std::string_view text, const Context& context,
                                              Summary& summary);

[[nodiscard]] yaml::Limits manifest_limits() noexcept;

}  // namespace podsysctl::check
