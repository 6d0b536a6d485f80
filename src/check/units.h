// SPDX-License-Identifier: Apache-2.0
// The work of a run, cut into units: a small file, a part of a large one, some items of a
// list. What the runner is made of; not for use beside it.
// Thread-safety: one source, one thread at a time; a unit is one thread's.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "check/context.h"
#include "check/document_check.h"
#include "check/finding.h"
#include "check/inputs.h"
#include "check/split.h"

namespace podsysctl::check {

struct Unit {
  std::size_t file = 0;                     // index in the run's files
  std::shared_ptr<const std::string> text;  // nullptr: the file is still to be read
  std::shared_ptr<const CutList> list;      // where the parts are of one
  std::vector<Part> parts;                  // views into text and list
  std::optional<Error> failure;
};

class UnitSource {
 public:
  explicit UnitSource(const std::vector<InputFile>& files) : files_(files) {}

  [[nodiscard]] std::optional<Unit> next();

 private:
  [[nodiscard]] Unit open_next();
  [[nodiscard]] std::optional<Unit> next_of_open();
  [[nodiscard]] std::optional<Unit> next_of_list();

  const std::vector<InputFile>& files_;
  std::size_t next_file_ = 0;
  std::shared_ptr<const std::string> text_;  // of the open file
  std::optional<DocumentCutter> cutter_;
  std::shared_ptr<const CutList> list_;
  std::size_t next_item_ = 0;
};

struct UnitResult {
  std::size_t file = 0;
  std::vector<Finding> findings;
  Summary summary;
  std::optional<Error> failure;
};

// Adds what is found in one part.
void check_part(const Part& part, DocumentChecker& checker, Sink& sink);

// The line around each finding; findings are sorted by line and column.
void fill_excerpts(std::string_view text, const Part& part, std::vector<Finding>& findings);

}  // namespace podsysctl::check
