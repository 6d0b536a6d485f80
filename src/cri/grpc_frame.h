// SPDX-License-Identifier: Apache-2.0
// The length-prefixed messages of gRPC over HTTP/2: one byte 0 (not compressed), the length as 32
// bits in network order, the message. Errors: unsupported (compressed), denied_by_policy (longer
// than the limit). Thread-safety: one thread per object.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace podsysctl::cri {

inline constexpr std::size_t kMessageLimit = std::size_t{16} << 20U;

[[nodiscard]] std::string frame_of(std::string_view message);

class FrameReader {
 public:
  // Adds what has arrived. An error as soon as a prefix announces what would be refused.
  [[nodiscard]] Result<> add(std::string_view bytes);
  // The next whole message, if it is there.
  [[nodiscard]] std::optional<std::string> next();
  // Whether bytes are left that make no whole message.
  [[nodiscard]] bool has_rest() const noexcept { return !buffer_.empty(); }

 private:
  [[nodiscard]] Result<> check_prefix() const;
  [[nodiscard]] std::size_t announced() const;

  std::string buffer_;
};

}  // namespace podsysctl::cri
