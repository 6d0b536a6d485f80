// SPDX-License-Identifier: Apache-2.0
#include "docker/frames.h"

#include <algorithm>

namespace podsysctl::docker {
namespace {

constexpr std::size_t kHeader = 8;

std::size_t length_of(std::string_view header) {
  std::size_t length = 0;
  for (const char c : header.substr(4)) {
    length = (length << 8U) | static_cast<unsigned char>(c);
  }
  return length;
}

}  // namespace

Result<> FrameReader::feed(std::string_view piece, const Use& use) {
  while (!piece.empty()) {
    if (left_ != 0) {
      const std::string_view text = piece.substr(0, left_);
      PSYS_TRY(use(channel_, text));
      left_ -= text.size();
      piece.remove_prefix(text.size());
      continue;
    }
    const std::size_t taken = std::min(piece.size(), kHeader - header_.size());
    header_ += piece.substr(0, taken);
    piece.remove_prefix(taken);
    if (header_.size() < kHeader) {
      return {};
    }
    // 0 is what was typed, echoed; 3 is an error of the daemon's.
    const auto stream = static_cast<unsigned char>(header_[0]);
    if (stream > 3 || header_.compare(1, 3, std::string_view("\0\0\0", 3)) != 0) {
      return Error::of(Code::invalid_argument,
                       "the container's output is in no form that is known");
    }
    channel_ = stream < 2 ? Channel::out : Channel::err;
    left_ = length_of(header_);
    header_.clear();
  }
  return {};
}

}  // namespace podsysctl::docker
