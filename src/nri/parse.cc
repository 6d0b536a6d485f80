// SPDX-License-Identifier: Apache-2.0
#include "nri/parse.h"

#include <google/protobuf/message_lite.h>
#include <google/protobuf/stubs/logging.h>

#include "nri/frame.h"

namespace podsysctl::nri {

Result<> parse_into(google::protobuf::MessageLite& message, std::string_view bytes,
                    std::string_view what) {
  const google::protobuf::LogSilencer silence;
  // Nothing is longer than a frame's data, so the length fits an int.
  if (bytes.size() > kMaxFrameData ||
      !message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Error::of(Code::invalid_argument, "{} bytes are no {}", bytes.size(), what);
  }
  return {};
}

}  // namespace podsysctl::nri
