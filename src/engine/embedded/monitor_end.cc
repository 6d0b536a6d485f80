// SPDX-License-Identifier: Apache-2.0
// The end of containers and of their monitors.
#include <algorithm>

#include "engine/embedded/monitor.h"

namespace podsysctl::engine {
namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

constexpr milliseconds kKillLimit{10'000};
constexpr milliseconds kMonitorEnd{2'000};

}  // namespace

Result<> end_monitored(const std::vector<Ending>& endings, milliseconds grace) {
  const auto deadline = Steady::now() + grace;
  for (const Ending& ending : endings) {
    PSYS_TRY(linux::send_signal(ending.process, ending.signal));
  }
  for (const Ending& ending : endings) {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - Steady::now());
    PSYS_TRY_ASSIGN(const bool gone,
                    linux::wait_until_gone(ending.process, std::max(milliseconds(0), left)));
    if (!gone) {
      PSYS_TRY(linux::kill_and_wait(ending.process, kKillLimit));
    }
  }
  // The monitor notes the exit code before it ends.
  for (const Ending& ending : endings) {
    PSYS_TRY(linux::wait_until_gone(ending.monitor, kMonitorEnd));
  }
  return {};
}

Result<> end_monitor(const linux::ProcessId& monitor) {
  if (!linux::is_alive(monitor)) {
    return {};
  }
  PSYS_TRY_ASSIGN(const bool gone, linux::wait_until_gone(monitor, kMonitorEnd));
  return gone ? Result<>{} : linux::kill_and_wait(monitor, kKillLimit);
}

}  // namespace podsysctl::engine
