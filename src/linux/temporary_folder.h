// SPDX-License-Identifier: Apache-2.0
// A folder of one's own below that for temporary files, for as long as the object lives; then it
// goes with all that is in it. Errors: from errno. Thread-safety: none is needed to read it.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace podsysctl::linux {

class TemporaryFolder {
 public:
  [[nodiscard]] static Result<TemporaryFolder> make();

  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryFolder& operator=(TemporaryFolder&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  // The path of what has this name in it.
  [[nodiscard]] std::string operator/(std::string_view name) const;

 private:
  explicit TemporaryFolder(std::string path) : path_(std::move(path)) {}

  std::string path_;
};

}  // namespace podsysctl::linux
