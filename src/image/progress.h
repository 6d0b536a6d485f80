// SPDX-License-Identifier: Apache-2.0
// Hears how far a long operation is. The command line draws a bar from it; tests listen.
#pragma once

#include <cstdint>
#include <string_view>

namespace podsysctl::image {

class Progress {
 public:
  Progress() = default;
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  virtual ~Progress() = default;

  // `what` ("layer 2 of 3") names the step; done and total are bytes, total 0 where unknown. A step
  // is complete when another one begins or the operation returns. Called from the thread that asked
  // for the operation, some times a second at most and at each step's begin and end.
  virtual void step(std::string_view what, std::uint64_t done, std::uint64_t total) = 0;
};

class NoProgress final : public Progress {
 public:
  void step(std::string_view /*what*/, std::uint64_t /*done*/, std::uint64_t /*total*/) override {}
};

}  // namespace podsysctl::image
