// SPDX-License-Identifier: Apache-2.0
// Bytes into one of the generated messages. For the adapter files of this folder alone.
// Errors: invalid_argument. Thread-safety: pure function.
#pragma once

#include <string_view>

#include "base/result.h"

namespace podsysctl::nri {

// The bytes are at most one frame's, so their number fits.
template <class Message>
[[nodiscard]] Result<Message> parse(std::string_view bytes, std::string_view what) {
  Message message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Error::of(Code::invalid_argument, "{} bytes are no {}", bytes.size(), what);
  }
  return message;
}

}  // namespace podsysctl::nri
