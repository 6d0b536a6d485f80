// SPDX-License-Identifier: Apache-2.0
#include "engine/cri/remote_peer.h"

#include "engine/cri/screen_text.h"

namespace podsysctl::engine {
namespace {

using std::chrono::milliseconds;

// From one sign of life to the next.
constexpr std::chrono::minutes kQuiet{10};
// From the end of a command's output to its exit code.
constexpr milliseconds kStuck{3000};
constexpr milliseconds kLookAgain{500};

}  // namespace

milliseconds RemotePeer::patience() const {
  if (streams_.has_buffered()) {
    return milliseconds(0);
  }
  return is_stuck() ? kLookAgain : milliseconds(kQuiet);
}

Result<bool> RemotePeer::receive(const Show& show) {
  const auto now = Steady::now();
  if (now - last_ >= kQuiet) {
    last_ = now;
    // A connection that is gone is told by what follows.
    [[maybe_unused]] const Result<> sent = streams_.keep_alive();
  }
  using From = cri::RemoteStreams::Output;
  PSYS_TRY_ASSIGN(const bool more,
                  streams_.receive([&](From from, std::string_view text) -> Result<> {
                    shown_ += count_on_screen(text);
                    show(from == From::out ? Output::out : Output::err, text);
                    return {};
                  }));
  stuck_since_ = is_stuck() ? stuck_since_.value_or(now) : std::optional<Steady::time_point>();
  if (more && stuck_since_ && now - *stuck_since_ > kStuck) {
    return Error::of(Code::unavailable,
                     "the command has ended its output without reading its input, which the "
                     "container runtime waits for: the exit code is not known");
  }
  return more;
}

}  // namespace podsysctl::engine
