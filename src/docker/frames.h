// SPDX-License-Identifier: Apache-2.0
// What an attached container writes without a terminal: frames of a stream number, three zeros, a
// length in network order, and that many bytes (Engine API, "Stream format").
// Errors: invalid_argument for what is no frame. Thread-safety: one thread per object.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace podsysctl::docker {

enum class Channel : std::uint8_t { out, err };

class FrameReader {
 public:
  using Use = std::function<Result<>(Channel channel, std::string_view text)>;
  // Passes on what the piece holds; a frame may come in any number of pieces.
  [[nodiscard]] Result<> feed(std::string_view piece, const Use& use);
  // True amid a frame.
  [[nodiscard]] bool is_inside() const { return left_ != 0 || !header_.empty(); }

 private:
  std::string header_;  // of the frame that begins, while it is not whole
  std::size_t left_ = 0;
  Channel channel_ = Channel::out;
};

}  // namespace podsysctl::docker
