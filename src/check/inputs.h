// SPDX-License-Identifier: Apache-2.0
// The files that the words of a command line mean: a file as it is, a folder with every *.yaml,
// *.yml and *.json below it (hidden folders left out, links to folders not followed), a pattern
// with * ? [ ] and ** where no such file exists, and `-` for standard input.
// Errors: not_found, naming the word. Thread-safety: no shared state.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"

namespace podsysctl::check {

inline constexpr std::string_view kStandardInput = "<stdin>";
inline constexpr std::size_t kMaxFileBytes = std::size_t{256} << 20U;

struct InputFile {
  std::string path;       // or kStandardInput
  std::size_t bytes = 0;  // as far as known
};

// What one word means, sorted by path.
[[nodiscard]] Result<std::vector<InputFile>> files_of(const std::string& word);

// The whole text. invalid_argument for what is no regular file (but standard input) or too large.
[[nodiscard]] Result<std::string> read_input(const InputFile& file);

}  // namespace podsysctl::check
