// SPDX-License-Identifier: Apache-2.0
// One HTTP/2 connection and the one exchange under way on it; bytes in, bytes out, no socket: the
// adapter of the HTTP/2 library. Errors: internal (the other side breaks the protocol), those of
// cri/grpc_frame.h. Thread-safety: one thread per object.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cri/grpc_frame.h"

namespace podsysctl::cri {

// What has come back so far.
struct Exchange {
  std::string to_send;  // the request's frame
  std::size_t sent = 0;
  FrameReader frames;
  std::string http_status;
  std::optional<int> grpc_status;
  std::string grpc_message;
  std::optional<Error> broken;  // the answer is not what it should be
  bool ended = false;
  std::uint32_t reset_code = 0;  // of RST_STREAM; 0: it ended as it should
};

class Http2Session {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Http2Session>> open();
  Http2Session(const Http2Session&) = delete;
  Http2Session& operator=(const Http2Session&) = delete;
  virtual ~Http2Session() = default;

  // Begins an exchange; `exchange` must stay until it has ended or was given up.
  [[nodiscard]] virtual Result<std::int32_t> begin(const std::string& path,
                                                   std::optional<std::chrono::milliseconds> limit,
                                                   Exchange& exchange) = 0;
  virtual void give_up(std::int32_t stream) = 0;
  // What is to be written next; empty when there is nothing.
  [[nodiscard]] virtual Result<std::string> output() = 0;
  [[nodiscard]] virtual Result<> input(std::string_view bytes) = 0;
  // Whether another exchange may be begun: false after the other side said good-bye.
  [[nodiscard]] virtual bool is_usable() const = 0;

 protected:
  Http2Session() = default;
};

}  // namespace podsysctl::cri
