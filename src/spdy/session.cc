// SPDX-License-Identifier: Apache-2.0
#include "spdy/session.h"

#include <array>

namespace podsysctl::spdy {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kPiece = 65536;

}  // namespace

std::uint32_t Session::open_stream(std::span<const Header> headers) {
  const std::uint32_t stream = next_;
  next_ += 2;  // odd numbers are the client's
  unsent_ += headers_.open_stream(stream, headers);
  return stream;
}

void Session::send(std::uint32_t stream, std::string_view data) {
  while (!data.empty()) {
    const std::string_view piece = data.substr(0, kDataLimit);
    unsent_ += data_frame(stream, piece, Last::no);
    data.remove_prefix(piece.size());
  }
}

void Session::finish(std::uint32_t stream) { unsent_ += data_frame(stream, "", Last::yes); }

Result<> Session::flush() {
  while (!unsent_.empty()) {
    PSYS_TRY_ASSIGN(const std::size_t count, stream_->write_some(unsent_));
    if (count == 0) {
      return {};
    }
    unsent_.erase(0, count);
  }
  return {};
}

Result<bool> Session::receive(const FrameReader::Use& use) {
  std::array<char, kPiece> buffer{};
  const Result<std::size_t> count = stream_->read(buffer, milliseconds(0));
  if (!count) {
    return count.error().code == Code::timeout ? Result<bool>(true)
                                               : std::unexpected(count.error());
  }
  if (*count == 0) {
    return false;
  }
  PSYS_TRY(frames_.feed({buffer.data(), *count}, [&](const Frame& frame) -> Result<> {
    if (frame.kind == Frame::Kind::ping) {
      // Even numbers are the server's; others answer ours.
      unsent_ += frame.number % 2 == 0 ? ping_frame(frame.number) : "";
      return {};
    }
    return use(frame);
  }));
  return true;
}

}  // namespace podsysctl::spdy
