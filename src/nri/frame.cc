// SPDX-License-Identifier: Apache-2.0
#include "nri/frame.h"

#include <algorithm>
#include <utility>

#include "base/big_endian.h"

namespace podsysctl::nri {
namespace {

Frame header_of(std::string_view bytes) {
  return {.call = u32_at(bytes, 4),
          .type = Frame::Type{static_cast<std::uint8_t>(bytes[8])},
          .flags = static_cast<std::uint8_t>(bytes[9]),
          .length = u32_at(bytes, 0)};
}

}  // namespace

void append_frame(std::string& out, std::uint32_t call, Frame::Type type, std::string_view data) {
  append_u32(out, static_cast<std::uint32_t>(data.size()));
  append_u32(out, call);
  out.push_back(static_cast<char>(std::to_underlying(type)));
  out.push_back('\0');
  out += data;
}

void FrameReader::feed(std::string_view bytes) {
  const std::size_t skipped =
      static_cast<std::size_t>(std::min<std::uint64_t>(skipping_, bytes.size()));
  skipping_ -= skipped;
  if (taken_ == buffer_.size()) {
    std::string().swap(buffer_);  // a large message is rare: its memory goes back
    taken_ = 0;
  }
  buffer_.erase(0, std::exchange(taken_, 0));
  buffer_ += bytes.substr(skipped);
}

std::optional<Frame> FrameReader::next() {
  const std::string_view bytes = std::string_view(buffer_).substr(taken_);
  if (bytes.size() < kFrameHeaderSize) {
    return std::nullopt;
  }
  Frame frame = header_of(bytes);
  const std::string_view rest = bytes.substr(kFrameHeaderSize);
  if (frame.length > kMaxFrameData) {
    const std::size_t here = std::min<std::size_t>(frame.length, rest.size());
    skipping_ = frame.length - here;
    taken_ += kFrameHeaderSize + here;
    frame.body = Frame::Body::too_long;
    return frame;
  }
  if (rest.size() < frame.length) {
    return std::nullopt;
  }
  frame.data = rest.substr(0, frame.length);
  taken_ += kFrameHeaderSize + frame.length;
  return frame;
}

}  // namespace podsysctl::nri
