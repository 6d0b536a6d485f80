// SPDX-License-Identifier: Apache-2.0
#include "nri/mux.h"

#include <algorithm>
#include <utility>

#include "base/big_endian.h"

namespace podsysctl::nri {
namespace {

constexpr std::size_t kHeaderSize = 8;

bool is_known(std::uint32_t stream) {
  return stream == std::to_underlying(StreamId::plugin_service) ||
         stream == std::to_underlying(StreamId::runtime_service);
}

}  // namespace

void append_mux_frames(std::string& out, StreamId stream, std::string_view bytes) {
  while (!bytes.empty()) {
    const std::string_view payload = bytes.substr(0, kMaxMuxPayload);
    append_u32(out, std::to_underlying(stream));
    append_u32(out, static_cast<std::uint32_t>(payload.size()));
    out += payload;
    bytes.remove_prefix(payload.size());
  }
}

void MuxReader::feed(std::string_view bytes, const Sink& sink) {
  while (!bytes.empty()) {
    if (left_ == 0) {
      const std::string_view part = bytes.substr(0, kHeaderSize - header_.size());
      header_ += part;
      bytes.remove_prefix(part.size());
      if (header_.size() == kHeaderSize) {
        stream_ = u32_at(header_, 0);
        left_ = u32_at(header_, 4);
        header_.clear();
      }
      continue;
    }
    const std::string_view payload = bytes.substr(0, left_);
    left_ -= static_cast<std::uint32_t>(payload.size());
    bytes.remove_prefix(payload.size());
    if (is_known(stream_)) {
      sink(StreamId{stream_}, payload);
    }
  }
}

}  // namespace podsysctl::nri
