// SPDX-License-Identifier: Apache-2.0
#include "agent/service.h"

#include <poll.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "agent/board.h"
#include "agent/core.h"
#include "agent/doors.h"
#include "agent/exposition.h"
#include "agent/heartbeat.h"
#include "agent/open_doors.h"
#include "agent/rights.h"
#include "api/api_thread.h"
#include "linux/file.h"
#include "linux/poll_timeout.h"
#include "linux/signals.h"
#include "linux/small_memory.h"
#include "rules/live_set.h"

namespace podsysctl::agent {
namespace {

constexpr mode_t kFolderMode = 0755;
// So that a loop that hangs is told from one that waits.
constexpr std::chrono::milliseconds kLongestWait{60'000};

// What the main thread waits for: signals, changed policy files, the end of a door.
struct Loop {
  linux::SignalEvents& signals;
  rules::LiveSet& policies;
  const Doors& doors;
  PodKeeper& keeper;
  Board& board;
  api::Pulse& pulse;
  Heartbeat& heart;
  Log& log;
  std::uint64_t failures = 0;  // of reloads

  [[nodiscard]] Result<> run();
  [[nodiscard]] bool told_to_end();
  void reload();
  [[nodiscard]] std::chrono::milliseconds beat();
  [[nodiscard]] std::string summary() const;
};

PolicyState state_of(const rules::LiveSet& policies, std::uint64_t failures) {
  const rules::Generation policy = policies.current();
  return {.folder = policies.folder(),
          .generation = policy.number,
          .policies = policy.set->policies.size(),
          .profiles = policy.set->profiles.size(),
          .failures = failures,
          .error = policies.error() ? policies.error()->message : ""};
}

Result<> Loop::run() {
  for (;;) {
    std::array<pollfd, 3> entries{{{signals.fd().get(), POLLIN, 0},
                                   {policies.fd().get(), POLLIN, 0},
                                   {doors.ended().get(), POLLIN, 0}}};
    if (::poll(entries.data(), entries.size(), linux::poll_timeout(beat())) < 0 && errno != EINTR) {
      return Error::from_errno(errno, "wait for something to do");
    }
    if (entries[0].revents != 0 && told_to_end()) {
      return {};
    }
    if (entries[1].revents != 0) {
      reload();
    }
    if (entries[2].revents != 0) {
      return {};
    }
  }
}

// Says that the loop lives, and how long it may wait before it says so again.
std::chrono::milliseconds Loop::beat() {
  pulse.beat();
  const std::chrono::milliseconds limit = heart.beat(Heartbeat::Steady::now());
  return limit.count() < 0 ? kLongestWait : std::min(limit, kLongestWait);
}

std::string Loop::summary() const {
  return fmt::format("policy generation {}{}", policies.current().number,
                     policies.error() ? ", a newer one is refused" : "");
}

// SIGHUP reads the policy files again; every other signal ends the agent.
bool Loop::told_to_end() {
  while (const std::optional<linux::ReceivedSignal> signal = signals.next()) {
    if (signal->number != SIGHUP) {
      return true;
    }
    heart.reloading();
    reload();
    heart.ready(summary());
  }
  return false;
}

void Loop::reload() {
  const Result<rules::LiveSet::Change> change = policies.reload();
  if (!change) {
    log.say(LogLevel::error, fmt::format("policy: {}", change.error().message));
    return;
  }
  switch (*change) {
    case rules::LiveSet::Change::none:
      return;
    case rules::LiveSet::Change::refused:
      ++failures;
      log.say(LogLevel::error,
              fmt::format("policy: the former set stays in force: {}", policies.error()->message));
      break;
    case rules::LiveSet::Change::replaced:
      log.say(LogLevel::info,
              fmt::format("policy: generation {} is in force", policies.current().number));
      keeper.policies_changed();
      break;
  }
  board.set_policy(state_of(policies, failures));
}

Result<std::unique_ptr<api::ApiThread>> start_api(const Options& options, const Board& board,
                                                  const api::Pulse& pulse, Log& log) {
  const std::filesystem::path socket(options.status_socket);
  PSYS_TRY(linux::make_directories(socket.parent_path().string(), kFolderMode));
  const api::ApiOptions api_options{
      .socket = options.status_socket,
      .root = options.root,
      .metrics = [&board, version = options.version](store::Store& store) -> Result<std::string> {
        PSYS_TRY_ASSIGN(const api::RecordCounts records, api::record_counts(store));
        return exposition(board.status(), records, api::process_counts(), version);
      },
      .more =
          [&board, more = options.more](const http::Request& request, const http::Caller& caller,
                                        const http::Target& target) {
            std::optional<http::Answer> answer = answer_status(board, request, target);
            return answer || !more ? std::move(answer) : more(request, caller, target);
          }};
  Result<std::unique_ptr<api::ApiThread>> started = api::ApiThread::start(api_options, pulse, log);
  if (!started) {
    started.error().message += "; choose another socket with --status-socket";
  }
  return started;
}

Result<rules::LiveSet> open_policies(const std::string& folder, Log& log) {
  Result<rules::LiveSet> policies = rules::LiveSet::open(folder);
  if (policies && policies->error()) {
    log.say(LogLevel::error,
            fmt::format("policy: only the safe list is in force: {}", policies->error()->message));
  }
  return policies;
}

}  // namespace

Result<> run(const Options& options, const policy::Allowlist& allowlist,
             const nri::Environment& environment, const linux::ServiceManager& manager,
             const Clock& clock, Log& log) {
  linux::keep_memory_small();
  // Both before there is another thread, so that all inherit them.
  PSYS_TRY(keep_few_capabilities(options.sockets));
  PSYS_TRY_ASSIGN(linux::SignalEvents signals,
                  linux::SignalEvents::block({SIGTERM, SIGINT, SIGHUP}));
  PSYS_TRY_ASSIGN(rules::LiveSet policies, open_policies(options.policy_folder, log));
  PSYS_TRY_ASSIGN(const std::unique_ptr<Core> core,
                  Core::open(options, allowlist, policies, clock, log));
  Board board(core->keeper(), core->caretaker(), core->journal());
  board.set_policy(state_of(policies, 0));
  api::Pulse pulse;
  PSYS_TRY_ASSIGN(const auto answering, start_api(options, board, pulse, log));
  PSYS_TRY_ASSIGN(std::vector<std::unique_ptr<Door>> doors,
                  open_doors(options, environment, core->keeper(), clock, log));
  PSYS_TRY(refuse_what_is_not_ours());
  log.say(LogLevel::info, fmt::format("policy: generation {} of {} is in force",
                                      policies.current().number, options.policy_folder));
  PSYS_TRY_ASSIGN(const std::unique_ptr<Doors> open, Doors::start(std::move(doors)));
  board.set_doors(open.get());
  Heartbeat heart(manager, log);
  Loop loop{signals, policies, *open, core->keeper(), board, pulse, heart, log};
  heart.ready(loop.summary());
  const Result<> looped = loop.run();
  heart.stopping();
  board.set_doors(nullptr);
  Result<> ended = open->stop();
  PSYS_TRY(looped);
  return ended;
}

}  // namespace podsysctl::agent
