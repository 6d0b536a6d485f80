// SPDX-License-Identifier: Apache-2.0
// The answering side of ttrpc on one stream, without a socket. Requests that came together are
// answered one after another, in the order they came: a runtime holds one lock around all calls of
// all its plugins, so threads would gain nothing and cost a switch.
// A request that cannot be read, uses a number again or is too long gets a status of its own, as
// from the runtimes' own servers; the stream goes on. Thread-safety: one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "nri/frame.h"
#include "nri/ttrpc.h"

namespace podsysctl::nri {

class Server {
 public:
  // Answers one request; never with more than a frame takes.
  using Handler = std::function<Response(Request request)>;
  explicit Server(Handler handler) : handler_(std::move(handler)) {}

  // Handles what is complete; the answers' bytes, onto `out`, after each request.
  using Sink = std::function<void(std::string_view bytes)>;
  void feed(std::string_view bytes, const Sink& out);

 private:
  [[nodiscard]] Response answer(Frame frame);

  Handler handler_;
  FrameReader reader_;
  std::uint32_t last_call_ = 0;
};

}  // namespace podsysctl::nri
