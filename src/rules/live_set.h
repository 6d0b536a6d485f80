// SPDX-License-Identifier: Apache-2.0
// The policy set of a folder, kept up to date by whoever polls fd(): after it became readable,
// reload() reads the folder again. A broken file is refused whole and the former set stays in
// force; error() tells why until a reload succeeds. A folder that is not there is an empty set, and
// is found when it comes. Sets are shared and immutable: a decision goes on with the one it took.
// Thread-safety: current() from any thread; everything else from one.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/result.h"
#include "linux/fd.h"
#include "linux/file_watch.h"
#include "rules/types.h"

namespace podsysctl::rules {

struct Generation {
  std::shared_ptr<const PolicySet> set;  // never null
  std::uint64_t number = 0;              // grows by one with each set; 0: none was ever read
};

class LiveSet {
 public:
  enum class Change : std::uint8_t { none, replaced, refused };

  // Reads the folder once; a fault is in error(), and the set is then empty.
  // Errors: where folders cannot be watched at all.
  [[nodiscard]] static Result<LiveSet> open(std::string folder);

  // Readable when reload() may have something to do.
  [[nodiscard]] linux::FdRef fd() const noexcept { return watch_->fd(); }

  // Takes in what changed. Never waits. `refused`: error() says why.
  [[nodiscard]] Result<Change> reload();

  [[nodiscard]] Generation current() const;
  [[nodiscard]] const std::optional<Error>& error() const noexcept { return error_; }
  [[nodiscard]] const std::string& folder() const noexcept { return folder_; }

 private:
  explicit LiveSet(std::string folder);
  [[nodiscard]] Result<> watch();
  [[nodiscard]] Change read();

  std::string folder_;
  std::string watched_;  // the folder, or the nearest one above it that exists
  std::optional<linux::FolderWatch> watch_;
  std::optional<Error> error_;
  std::unique_ptr<std::mutex> mutex_;  // over generation_
  Generation generation_;
};

}  // namespace podsysctl::rules
