// SPDX-License-Identifier: Apache-2.0
// The stream that Docker's daemon makes of an attached container or command: raw with a terminal,
// else in frames (docker/frames.h). Errors: those of the stream, invalid_argument for what is no
// frame. Thread-safety: one thread per object.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "docker/frames.h"
#include "engine/attached.h"
#include "http/stream.h"

namespace podsysctl::engine {

class DockerPeer final : public Peer {
 public:
  enum class Form : std::uint8_t { raw, framed };
  // Output that begins with `refusal_mark`, where that is not empty, is kept and not shown: a
  // daemon tells so that a command could not be started.
  DockerPeer(std::unique_ptr<http::Stream> stream, Form form, std::string_view refusal_mark = "")
      : stream_(std::move(stream)), form_(form), refusal_mark_(refusal_mark) {}

  Result<bool> receive(const Show& show) override;
  Result<std::size_t> send(std::string_view text) override;
  Result<> end_input() override { return stream_->end_writing(); }
  std::vector<linux::FdRef> fds() const override { return {stream_->fd()}; }
  linux::FdRef input_fd() const override { return stream_->fd(); }
  std::chrono::milliseconds patience() const override {
    return std::chrono::milliseconds(stream_->has_buffered() ? 0 : -1);
  }

  [[nodiscard]] const std::string& refusal() const { return refusal_; }

 private:
  void hear(Output output, std::string_view text, const Show& show);

  std::unique_ptr<http::Stream> stream_;
  Form form_;
  docker::FrameReader frames_;
  std::string_view refusal_mark_;
  std::string refusal_;
  bool heard_ = false;
};

}  // namespace podsysctl::engine
