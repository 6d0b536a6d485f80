// SPDX-License-Identifier: Apache-2.0
// Frames of SPDY/3.1 as far as a client needs them that opens streams and exchanges bytes: what is
// written, and what is read back. Headers of replies say nothing that is needed, so their
// compressed blocks are skipped; ours are written in stored blocks of zlib (RFC 1950, RFC 1951),
// which every reader takes without the dictionary of the specification.
// Errors: invalid_argument for what is no frame, denied_by_policy for one beyond the limit.
// Thread-safety: one thread per object. Source: SPDY Protocol, Draft 3.1, section 2.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace podsysctl::spdy {

// Of a frame that is no data; the format itself allows 16 MiB.
inline constexpr std::size_t kControlLimit = std::size_t{64} << 10U;
inline constexpr std::size_t kDataLimit = (std::size_t{1} << 24U) - 1;

using Header = std::pair<std::string_view, std::string_view>;  // names in lower case

// Whether a stream's sender has said all that it will say on it.
enum class Last : std::uint8_t { no, yes };

// The header blocks of a connection are one zlib stream: its beginning stands in the first.
class HeaderWriter {
 public:
  // A SYN_STREAM. `stream` is odd and rises; `headers` are short.
  [[nodiscard]] std::string open_stream(std::uint32_t stream, std::span<const Header> headers);

 private:
  bool begun_ = false;
};

// `data` is at most kDataLimit.
[[nodiscard]] std::string data_frame(std::uint32_t stream, std::string_view data, Last last);
[[nodiscard]] std::string ping_frame(std::uint32_t id);

struct Frame {
  enum class Kind : std::uint8_t {
    data,      // a piece of it: a frame comes in as many as it arrives in
    reply,     // the stream was accepted
    reset,     // it was refused, or has ended; `number` is the reason
    ping,      // to be sent back; `number` is its id
    goodbye,   // no further streams
    headers,   // on a stream that is open
    settings,  // these and window updates do not matter here
  };
  Kind kind = Kind::settings;
  std::uint32_t stream = 0;
  Last last = Last::no;
  std::uint32_t number = 0;
  std::string_view data;
};

class FrameReader {
 public:
  using Use = std::function<Result<>(const Frame& frame)>;
  // Passes on what the piece holds.
  [[nodiscard]] Result<> feed(std::string_view piece, const Use& use);

 private:
  [[nodiscard]] Result<> begin(const Use& use);
  [[nodiscard]] Result<> end_control(const Use& use);

  std::string header_;  // of the frame that begins, while it is not whole
  std::string control_;
  std::size_t left_ = 0;  // of the frame's body
  bool is_data_ = false;
};

}  // namespace podsysctl::spdy
