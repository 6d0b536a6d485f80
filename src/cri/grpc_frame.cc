// SPDX-License-Identifier: Apache-2.0
#include "cri/grpc_frame.h"

#include <cstdint>

namespace podsysctl::cri {
namespace {

constexpr std::size_t kPrefix = 5;

}  // namespace

std::string frame_of(std::string_view message) {
  const auto length = static_cast<std::uint32_t>(message.size());
  std::string frame(1, '\0');
  frame.reserve(kPrefix + message.size());
  for (const unsigned shift : {24U, 16U, 8U, 0U}) {
    frame += static_cast<char>((length >> shift) & 0xffU);
  }
  return frame.append(message);
}

Result<> FrameReader::add(std::string_view bytes) {
  buffer_.append(bytes);
  return check_prefix();
}

std::optional<std::string> FrameReader::next() {
  if (buffer_.size() < kPrefix || buffer_.size() - kPrefix < announced()) {
    return std::nullopt;
  }
  const std::size_t end = kPrefix + announced();
  std::string message = buffer_.substr(kPrefix, end - kPrefix);
  buffer_.erase(0, end);
  return message;
}

Result<> FrameReader::check_prefix() const {
  if (buffer_.empty()) {
    return {};
  }
  if (buffer_.front() != '\0') {
    return Error::of(Code::unsupported, "the runtime answered with a compressed message");
  }
  if (buffer_.size() >= kPrefix && announced() > kMessageLimit) {
    return Error::of(Code::denied_by_policy,
                     "the runtime's answer has {} bytes, more than the limit of {}", announced(),
                     kMessageLimit);
  }
  return {};
}

std::size_t FrameReader::announced() const {
  std::size_t length = 0;
  for (std::size_t i = 1; i < kPrefix; ++i) {
    length = (length << 8U) | static_cast<unsigned char>(buffer_[i]);
  }
  return length;
}

}  // namespace podsysctl::cri
