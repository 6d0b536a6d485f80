// SPDX-License-Identifier: Apache-2.0
#include "engine/docker/docker_peer.h"

#include <array>
#include <utility>

namespace podsysctl::engine {
namespace {

constexpr std::size_t kPiece = 32768;

}  // namespace

Result<std::size_t> DockerPeer::send(std::string_view text) { return stream_->write_some(text); }

Result<bool> DockerPeer::receive(const Show& show) {
  std::array<char, kPiece> buffer{};
  const Result<std::size_t> count = stream_->read(buffer, std::chrono::milliseconds(0));
  if (!count) {
    return count.error().code == Code::timeout ? Result<bool>(true)
                                               : std::unexpected(count.error());
  }
  const std::string_view data(buffer.data(), *count);
  if (form_ == Form::raw) {
    hear(Output::out, data, show);
  } else {
    PSYS_TRY(frames_.feed(data, [&](docker::Channel channel, std::string_view text) -> Result<> {
      hear(channel == docker::Channel::out ? Output::out : Output::err, text, show);
      return {};
    }));
  }
  return *count != 0;
}

void DockerPeer::hear(Output output, std::string_view text, const Show& show) {
  const bool first = !std::exchange(heard_, true);
  if (first && !refusal_mark_.empty() && text.starts_with(refusal_mark_)) {
    refusal_ = text;
    return;
  }
  show(output, text);
}

}  // namespace podsysctl::engine
