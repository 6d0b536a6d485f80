// SPDX-License-Identifier: Apache-2.0
// Bytes into one of the generated messages. For the adapter files of this folder alone.
// Errors: invalid_argument. Thread-safety: pure function.
#pragma once

#include <string_view>

#include "base/result.h"

namespace google::protobuf {
class MessageLite;
}

namespace podsysctl::nri {

// The library's own word about text that is not UTF-8 is kept from stderr: the error says it.
[[nodiscard]] Result<> parse_into(google::protobuf::MessageLite& message, std::string_view bytes,
                                  std::string_view what);

template <class Message>
[[nodiscard]] Result<Message> parse(std::string_view bytes, std::string_view what) {
  Message message;
  PSYS_TRY(parse_into(message, bytes, what));
  return message;
}

}  // namespace podsysctl::nri
