// SPDX-License-Identifier: Apache-2.0
// The calling side of ttrpc on one stream, without a socket: it makes the bytes to send and is fed
// those that came. Calls are answered in any order, and each has its own time.
// Errors: what the other side answered (nri/status.h); timeout; invalid_argument for bytes that
// break the protocol, after which the connection is of no use. Thread-safety: one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "nri/frame.h"
#include "nri/ttrpc.h"

namespace podsysctl::nri {

using Moment = std::chrono::steady_clock::time_point;

class Client {
 public:
  // Called once for each call, with the response's payload.
  using Done = std::function<void(Result<std::string> payload)>;

  // The bytes that ask. invalid_argument where the request is larger than a frame may be; `done` is
  // not called then.
  [[nodiscard]] Result<std::string> begin(const Request& request, Moment now, Done done);

  [[nodiscard]] Result<> feed(std::string_view bytes);

  // When the next call's time is up; none where none waits.
  [[nodiscard]] std::optional<Moment> next_deadline() const;
  // Ends the calls whose time is up.
  void expire(Moment now);

 private:
  struct Waiting {
    std::string method;
    std::optional<Moment> deadline;
    Done done;
  };

  [[nodiscard]] Result<> take(const Frame& frame);

  FrameReader reader_;
  std::uint32_t next_call_ = 1;
  std::map<std::uint32_t, Waiting> waiting_;
};

}  // namespace podsysctl::nri
