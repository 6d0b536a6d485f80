// SPDX-License-Identifier: Apache-2.0
#include "agent/service.h"

#include <poll.h>
#include <signal.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "agent/doors.h"
#include "agent/journal.h"
#include "agent/nri_door.h"
#include "agent/pod_keeper.h"
#include "agent/rights.h"
#include "agent/status.h"
#include "linux/file.h"
#include "linux/listen.h"
#include "linux/signals.h"
#include "rules/live_set.h"
#include "sysctl/kernel_version.h"

namespace podsysctl::agent {
namespace {

constexpr mode_t kSocketMode = 0600;
constexpr mode_t kFolderMode = 0755;

// What the main thread waits for: signals, changed policy files, questions, the end of a door.
struct Loop {
  linux::SignalEvents& signals;
  rules::LiveSet& policies;
  const linux::Fd& listener;
  const Doors& doors;
  const PodKeeper& keeper;
  const Journal& journal;
  Log& log;

  [[nodiscard]] Result<> run() const;
  [[nodiscard]] bool told_to_end() const;
  void reload() const;
  void answer_all() const;
  [[nodiscard]] Status status() const;
};

Result<> Loop::run() const {
  for (;;) {
    std::array<pollfd, 4> entries{{{signals.fd().get(), POLLIN, 0},
                                   {policies.fd().get(), POLLIN, 0},
                                   {listener.get(), POLLIN, 0},
                                   {doors.ended().get(), POLLIN, 0}}};
    if (::poll(entries.data(), entries.size(), -1) < 0 && errno != EINTR) {
      return Error::from_errno(errno, "wait for something to do");
    }
    if (entries[0].revents != 0 && told_to_end()) {
      return {};
    }
    if (entries[1].revents != 0) {
      reload();
    }
    if (entries[2].revents != 0) {
      answer_all();
    }
    if (entries[3].revents != 0) {
      return {};
    }
  }
}

// SIGHUP reads the policy files again; every other signal ends the agent.
bool Loop::told_to_end() const {
  while (const std::optional<linux::ReceivedSignal> signal = signals.next()) {
    if (signal->number != SIGHUP) {
      return true;
    }
    reload();
  }
  return false;
}

void Loop::reload() const {
  const Result<rules::LiveSet::Change> change = policies.reload();
  if (!change) {
    log.say(LogLevel::error, fmt::format("policy: {}", change.error().message));
  } else if (*change == rules::LiveSet::Change::refused) {
    log.say(LogLevel::error,
            fmt::format("policy: the former set stays in force: {}", policies.error()->message));
  } else if (*change == rules::LiveSet::Change::replaced) {
    log.say(LogLevel::info,
            fmt::format("policy: generation {} is in force", policies.current().number));
  }
}

void Loop::answer_all() const {
  for (;;) {
    const Result<std::optional<linux::Fd>> connection = linux::accept_one(listener.ref());
    if (!connection || !*connection) {
      return;
    }
    answer((**connection).ref(), status());
  }
}

Status Loop::status() const {
  const rules::Generation policy = policies.current();
  return {.doors = doors.states(),
          .policy = {.folder = policies.folder(),
                     .generation = policy.number,
                     .policies = policy.set->policies.size(),
                     .profiles = policy.set->profiles.size(),
                     .error = policies.error() ? policies.error()->message : ""},
          .pods = keeper.standing(),
          .records = journal.state()};
}

// A runtime that started the agent has handed over a connection: then that is the NRI door.
Result<std::vector<std::unique_ptr<Door>>> open_doors(const Options& options,
                                                      const nri::Environment& environment,
                                                      PodKeeper& keeper, Log& log) {
  PSYS_TRY_ASSIGN(std::optional<nri::Connection> handed_over, nri::handed_over(environment));
  std::vector<std::unique_ptr<Door>> doors;
  const bool has_socket = !options.nri_socket.empty() && options.nri_socket != kNoDoor;
  if (handed_over || has_socket) {
    doors.push_back(std::make_unique<NriDoor>(
        keeper, log, NriWay{options.nri_socket, options.identity, std::move(handed_over)}));
  }
  if (doors.empty()) {
    return Error::of(Code::invalid_argument,
                     "no door is open: the agent would hear of no pod; give --nri-socket");
  }
  return doors;
}

}  // namespace

Result<> run(const Options& options, const policy::Allowlist& allowlist,
             const nri::Environment& environment, const Clock& clock, Log& log) {
  // Both before there is another thread, so that all inherit them.
  PSYS_TRY(keep_few_capabilities());
  PSYS_TRY_ASSIGN(linux::SignalEvents signals,
                  linux::SignalEvents::block({SIGTERM, SIGINT, SIGHUP}));
  const std::filesystem::path socket(options.status_socket);
  PSYS_TRY(linux::make_directories(socket.parent_path().string(), kFolderMode));
  PSYS_TRY_ASSIGN(const linux::Fd listener, linux::listen_unix(options.status_socket, kSocketMode));
  PSYS_TRY_ASSIGN(const linux::HostNamespaces host, linux::HostNamespaces::read());
  PSYS_TRY_ASSIGN(rules::LiveSet policies, rules::LiveSet::open(options.policy_folder));
  if (policies.error()) {
    log.say(LogLevel::error,
            fmt::format("policy: only the safe list is in force: {}", policies.error()->message));
  }
  PSYS_TRY_ASSIGN(const std::unique_ptr<Journal> journal,
                  Journal::open(options.root, options.host, clock, log));
  const Surroundings around{
      .policies = [&policies] { return policies.current().set; },
      .node = {.safe_list = allowlist, .kernel = sysctl::running_kernel(), .defaults = {}},
      .host = host,
      .clock = clock,
      .recorder = *journal};
  PSYS_TRY_ASSIGN(const std::unique_ptr<PodKeeper> keeper, PodKeeper::open(around));
  PSYS_TRY_ASSIGN(std::vector<std::unique_ptr<Door>> doors,
                  open_doors(options, environment, *keeper, log));
  PSYS_TRY(refuse_what_is_not_ours());
  log.say(LogLevel::info, fmt::format("policy: generation {} of {} is in force",
                                      policies.current().number, options.policy_folder));
  PSYS_TRY_ASSIGN(const std::unique_ptr<Doors> open, Doors::start(std::move(doors)));
  const Loop loop{signals, policies, listener, *open, *keeper, *journal, log};
  const Result<> looped = loop.run();
  const Result<> ended = open->stop();
  PSYS_TRY(looped);
  return ended;
}

}  // namespace podsysctl::agent
