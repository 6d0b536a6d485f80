// SPDX-License-Identifier: Apache-2.0
// The runtime's streams of a command, or of a container with a terminal (cri/remote_streams.h).
// Errors: unavailable for a command that ended without reading its input: containerd waits for that
// for good, and does not tell the exit code.
// Thread-safety: one thread per object.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "cri/remote_streams.h"
#include "engine/attached.h"

namespace podsysctl::engine {

class RemotePeer final : public Peer {
 public:
  explicit RemotePeer(cri::RemoteStreams streams) : streams_(std::move(streams)) {}

  Result<bool> receive(const Show& show) override;
  Result<std::size_t> send(std::string_view text) override { return streams_.send_input(text); }
  Result<> end_input() override { return streams_.end_input(); }
  std::vector<linux::FdRef> fds() const override { return {streams_.fd()}; }
  linux::FdRef input_fd() const override { return streams_.fd(); }
  bool has_unsent() const override { return streams_.has_unsent(); }
  std::chrono::milliseconds patience() const override;

  [[nodiscard]] cri::RemoteStreams& streams() { return streams_; }
  // How much output has been shown, in bytes of the screen (screen_text.h).
  [[nodiscard]] std::size_t shown() const { return shown_; }

 private:
  using Steady = std::chrono::steady_clock;
  // Its outputs have ended, and it does not take its input.
  [[nodiscard]] bool is_stuck() const { return streams_.is_silent() && streams_.has_unsent(); }

  cri::RemoteStreams streams_;
  std::size_t shown_ = 0;
  Steady::time_point last_ = Steady::now();  // sign of life
  std::optional<Steady::time_point> stuck_since_;
};

}  // namespace podsysctl::engine
