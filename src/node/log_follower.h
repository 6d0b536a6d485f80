// SPDX-License-Identifier: Apache-2.0
// Container logs as their containers go on writing them; where a restarted container has a file of
// its own, that follows the former. Thread-safety: one thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/embedded/crilog.h"
#include "linux/fd.h"
#include "linux/file_watch.h"

namespace podsysctl::node {

struct FollowOptions {
  engine::Timestamps timestamps = engine::Timestamps::no;
  std::optional<std::size_t> tail;  // only the last lines of what is there already
  std::optional<Timestamp> since;   // unset: all
};

// Where the text goes: our standard output and error.
struct Outputs {
  linux::FdRef out;
  linux::FdRef err;
};

class LogFollower {
 public:
  LogFollower(std::string path, std::string prefix, const FollowOptions& options);

  // Passes on what has been added since the last call. A log that is not there yet has no text.
  [[nodiscard]] Result<> pump(const Outputs& outputs);

 private:
  [[nodiscard]] Result<> read_on(const Outputs& outputs);
  [[nodiscard]] std::string prefixed(std::string_view text) const;

  std::string path_;
  std::string prefix_;  // before each line; "" for none
  std::optional<std::size_t> tail_;
  engine::LogFormatter formatter_;
  linux::Fd file_;
};

}  // namespace podsysctl::node
