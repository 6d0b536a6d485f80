// SPDX-License-Identifier: Apache-2.0
// NRI's multiplexer: several byte streams over one socket. A frame is a stream's id and a length
// (each 32 bits, big endian) and that many bytes; frames have nothing to do with the messages that
// the streams carry. Source: containerd/nri pkg/net/multiplex, NRI 0.3 to 0.12.
// The runtime's reader takes one frame at a time into 4096 bytes and hangs up at a larger one, so
// none is sent; of any size they are read, and nothing of them is kept here.
// Thread-safety: values.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace podsysctl::nri {

enum class StreamId : std::uint32_t {
  plugin_service = 1,   // the runtime calls, the plugin answers
  runtime_service = 2,  // the plugin calls, the runtime answers
};

inline constexpr std::size_t kMaxMuxPayload = 4096;

// `bytes` of one stream as frames, onto `out`. No bytes make no frame.
void append_mux_frames(std::string& out, StreamId stream, std::string_view bytes);

class MuxReader {
 public:
  // Bytes of one stream, in order; valid during the call. Bytes of streams that we do not know are
  // dropped, as the runtime does.
  using Sink = std::function<void(StreamId stream, std::string_view bytes)>;

  // What came from the socket, in pieces of any size.
  void feed(std::string_view bytes, const Sink& sink);

 private:
  std::string header_;        // as much of the next frame's as is there
  std::uint32_t stream_ = 0;  // of the frame that is being read
  std::uint32_t left_ = 0;    // how many of its bytes are still to come
};

}  // namespace podsysctl::nri
