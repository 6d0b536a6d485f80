// SPDX-License-Identifier: Apache-2.0
// ttrpc frames: ten bytes of header (length, call, type, flags; big endian), then at most 4 MiB.
// Source: containerd/ttrpc PROTOCOL.md, versions 1.0 to 1.2. A longer one is skipped without being
// kept, and handed on as such, so that its call can be refused and the others go on.
// Thread-safety: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace podsysctl::nri {

inline constexpr std::size_t kFrameHeaderSize = 10;
inline constexpr std::size_t kMaxFrameData = std::size_t{4} << 20U;

struct Frame {
  // Others are the future's, and are ignored.
  enum class Type : std::uint8_t { request = 1, response = 2, data = 3 };
  enum class Body : std::uint8_t { whole, too_long };

  std::uint32_t call = 0;  // odd where the client began it, rising
  Type type = Type::request;
  std::uint8_t flags = 0;  // 0 for a call with one request and one response
  std::string data;
  Body body = Body::whole;  // too_long: `data` is empty, `length` says how long it was
  std::uint32_t length = 0;
};

// Header and data, onto `out`. The caller has seen to it that `data` is no longer than allowed.
void append_frame(std::string& out, std::uint32_t call, Frame::Type type, std::string_view data);

class FrameReader {
 public:
  void feed(std::string_view bytes);
  // The next frame that is there completely.
  [[nodiscard]] std::optional<Frame> next();

 private:
  std::string buffer_;          // never more than one feed and one frame
  std::size_t taken_ = 0;       // bytes of it that were given out
  std::uint64_t skipping_ = 0;  // bytes of a frame that is too long, still to come
};

}  // namespace podsysctl::nri
