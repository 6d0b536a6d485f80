// SPDX-License-Identifier: Apache-2.0
#include "agent/cri_door.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>

#include "agent/cri_session.h"
#include "base/printable.h"
#include "cri/client.h"
#include "linux/poll_timeout.h"

namespace podsysctl::agent {
namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

constexpr milliseconds kAnswerLimit{5000};
// Between two looks at the list of a runtime that has events: should one have been missed.
constexpr milliseconds kLongInterval{30'000};

enum class Woken : std::uint8_t { by_stop, by_news_or_time };

Result<Woken> wait(linux::FdRef stop, const TaskWatch* watch, Steady::time_point until) {
  const auto left = std::chrono::ceil<milliseconds>(until - Steady::now());
  std::array<pollfd, 2> entries{
      {{stop.get(), POLLIN, 0}, {watch == nullptr ? -1 : watch->news().get(), POLLIN, 0}}};
  if (::poll(entries.data(), entries.size(), linux::poll_timeout(std::max(left, milliseconds(0)))) <
          0 &&
      errno != EINTR) {
    return Error::from_errno(errno, "wait for the runtime");
  }
  return entries[0].revents != 0 ? Woken::by_stop : Woken::by_news_or_time;
}

}  // namespace

Result<> CriDoor::run(linux::FdRef stop) {
  return keep_trying(presence_, stop, [&] { return serve(stop); });
}

Result<Parting> CriDoor::serve(linux::FdRef stop) {
  cri::Client client(socket_, {.look = kAnswerLimit});
  PSYS_TRY_ASSIGN(const cri::Version version, client.version());
  // Before the first look, so that nothing falls between the two.
  std::unique_ptr<TaskWatch> watch;
  if (version.runtime_name == "containerd") {
    PSYS_TRY_ASSIGN(watch, TaskWatch::start(socket_));
  }
  const std::string runtime =
      printable(fmt::format("{} {}", version.runtime_name, version.runtime_version));
  CriSession session(keeper_, client, {.door = socket_, .runtime = runtime});
  PSYS_TRY(session.review_all());
  presence_.came(runtime);
  return follow(session, watch.get(), stop);
}

Result<Parting> CriDoor::follow(CriSession& session, TaskWatch* watch, linux::FdRef stop) {
  // When the runtime began to tell of events is not known: so the second look comes soon.
  Steady::time_point next_list = Steady::now() + interval_;
  for (;;) {
    const Steady::time_point until = std::min(next_list, session.next_due().value_or(next_list));
    PSYS_TRY_ASSIGN(const Woken woken, wait(stop, watch, until));
    if (woken == Woken::by_stop) {
      return Parting::stopped;
    }
    const Steady::time_point now = Steady::now();
    if (watch != nullptr) {
      PSYS_TRY_ASSIGN(const std::vector<cri::TaskEvent> events, watch->take());
      for (const cri::TaskEvent& event : events) {
        session.hear(event, now);
      }
      PSYS_TRY(session.look_for_heard(now));
    }
    if (now >= next_list) {
      PSYS_TRY(session.catch_up());
      next_list = now + (watch == nullptr ? interval_ : std::max(interval_, kLongInterval));
    }
  }
}

}  // namespace podsysctl::agent
