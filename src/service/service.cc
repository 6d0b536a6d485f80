// SPDX-License-Identifier: Apache-2.0
#include "service/service.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>
#include <thread>
#include <utility>

#include "api/api_thread.h"
#include "base/strings.h"
#include "linux/file.h"
#include "linux/file_lock.h"
#include "linux/signals.h"
#include "linux/small_memory.h"
#include "node/refresh.h"
#include "service/exposition.h"
#include "service/node_events.h"
#include "service/supervisor.h"
#include "store/recover.h"
#include "store/writable.h"

namespace podsysctl::service {
namespace {

constexpr rlim_t kDescriptors = 8192;  // two for each pod, and some

// The pid that a lock file names; 0 where it names none.
pid_t holder_of(const std::string& path) {
  const Result<std::string> text = linux::read_file(path, 64);
  return text ? parse_number<pid_t>(trim(*text)).value_or(0) : 0;
}

// A killed service's child may hold the lock for a moment, until it has become another program.
Result<linux::Fd> wait_for_lock(const std::string& path, const std::string& root) {
  constexpr std::chrono::seconds kChildren{10};
  constexpr std::chrono::milliseconds kLookAgain{50};
  const auto end = std::chrono::steady_clock::now() + kChildren;
  for (;;) {
    PSYS_TRY_ASSIGN(std::optional<linux::Fd> lock, linux::try_lock_file(path));
    if (lock) {
      return *std::move(lock);
    }
    const pid_t holder = holder_of(path);
    const Result<linux::ProcessId> id = linux::identify(holder);
    if ((id && linux::is_alive(*id)) || std::chrono::steady_clock::now() > end) {
      return Error::of(Code::conflict,
                       "another node service (pid {}) works on {}: end it first, or choose another "
                       "state folder with --root",
                       holder, root);
    }
    std::this_thread::sleep_for(kLookAgain);
  }
}

// In place: on a full disk there may be no room but that of the former pid.
Result<> write_pid(linux::FdRef file, const std::string& path) {
  const std::string pid = fmt::format("{}\n", ::getpid());
  PSYS_TRY(linux::write_all(file, pid, path));
  if (::ftruncate(file.get(), static_cast<off_t>(pid.size())) < 0) {
    return Error::from_errno(errno, "write {}", path);
  }
  return {};
}

Result<linux::Fd> lock_root(const std::string& root) {
  PSYS_TRY(linux::make_directories(root, 0711));
  const std::string path = root + "/node.lock";
  PSYS_TRY_ASSIGN(linux::Fd lock, wait_for_lock(path, root));
  PSYS_TRY(write_pid(lock.ref(), path));
  return lock;
}

void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < kDescriptors) {
    limit.rlim_cur = std::min(kDescriptors, limit.rlim_max);
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
}

std::string story_of(const store::Recovery& recovery) {
  return fmt::format("the state database was damaged and is kept as {}; {}", recovery.kept_as,
                     recovery.as_of
                         ? fmt::format("its copy of {} is used, and compared with what runs",
                                       to_rfc3339(*recovery.as_of))
                         : "there was no copy of it: pods that run are not known any more");
}

// A workplace on a state that can be read, whatever that takes.
Result<std::unique_ptr<Workplace>> open_recovered(const std::string& root,
                                                  const OpenWorkplace& open, Log& log) {
  PSYS_TRY_ASSIGN(const auto recovery, store::recover_if_damaged(root, SystemClock().now()));
  PSYS_TRY_ASSIGN(std::unique_ptr<Workplace> workplace, open());
  if (recovery) {
    const std::string story = story_of(*recovery);
    log.say(LogLevel::error, story);
    PSYS_TRY(note_of_node(workplace->node(), store::EventType::warning, "StateRecovered", story));
  }
  return workplace;
}

Result<Making> making_of(const Config& config) {
  Making making{.engine = config.engine.value_or("embedded"),
                .runtime = config.runtime.value_or(""),
                .authfile = config.authfile.value_or("")};
  PSYS_TRY_ASSIGN(making.service, linux::identify(::getpid()));
  if (config.network) {
    PSYS_TRY_ASSIGN(making.network, sandbox::parse_network_mode(*config.network));
  }
  return making;
}

Result<std::string> folder_of(const Config& config) {
  const std::string path = config.manifest_folder.value_or(std::string(kDefaultManifestFolder));
  // The path is a pod's identity: the same from wherever the service is started.
  std::error_code failure;
  const std::filesystem::path whole = std::filesystem::absolute(path, failure);
  if (failure) {
    return Error::from_errno(failure.value(), "find the folder of manifests {}", path);
  }
  std::string normal = whole.lexically_normal().string();
  while (normal.size() > 1 && normal.ends_with('/')) {
    normal.pop_back();
  }
  return normal;
}

// What commands do before they look, since nobody watches pods that are not the service's.
std::function<void()> refresher(const OpenWorkplace& open, Log& log) {
  return [&open, &log, workplace = std::shared_ptr<Workplace>()]() mutable {
    if (!workplace || workplace->node().store.is_read_only()) {
      Result<std::unique_ptr<Workplace>> opened = open();
      if (!opened) {
        log.say(LogLevel::warning, opened.error().message);
        return;
      }
      workplace = *std::move(opened);
    }
    if (const Result<> refreshed = node::refresh_all(workplace->node()); !refreshed) {
      log.say(LogLevel::warning, refreshed.error().message);
    }
  };
}

Result<std::unique_ptr<api::ApiThread>> start_api(const ServiceOptions& options,
                                                  const OpenWorkplace& open, const Config& config,
                                                  const Metrics& metrics, const api::Pulse& pulse,
                                                  Log& log) {
  const api::ApiOptions api_options{
      .socket = config.socket.value_or(options.root + "/node.sock"),
      .root = options.root,
      .metrics = [&metrics, version = options.version](store::Store& store) -> Result<std::string> {
        PSYS_TRY_ASSIGN(const api::RecordCounts records, api::record_counts(store));
        return exposition(metrics.counts(), records, api::process_counts(), version);
      },
      .more = options.more,
      .before_look = refresher(open, log)};
  Result<std::unique_ptr<api::ApiThread>> started = api::ApiThread::start(api_options, pulse, log);
  if (!started) {
    started.error().message += "; choose another socket with --socket";
  }
  return started;
}

}  // namespace

Result<> run_service(const ServiceOptions& options, const OpenWorkplace& open,
                     const linux::ServiceManager& manager, Log& log) {
  linux::keep_memory_small();
  raise_descriptor_limit();
  PSYS_TRY_ASSIGN(const linux::Fd lock, store::with_way_out(lock_root(options.root)));
  PSYS_TRY_ASSIGN(auto signals, linux::SignalEvents::block({SIGTERM, SIGINT, SIGHUP}));
  PSYS_TRY_ASSIGN(LiveConfig config, LiveConfig::open(options.flags, options.config_file));
  PSYS_TRY_ASSIGN(const std::string path, folder_of(config.config()));
  PSYS_TRY_ASSIGN(ManifestFolder folder, ManifestFolder::open(path));
  PSYS_TRY_ASSIGN(Making making, making_of(config.config()));
  PSYS_TRY_ASSIGN(const std::unique_ptr<Workplace> workplace,
                  open_recovered(options.root, open, log));
  PSYS_TRY_ASSIGN(const node::EngineNode engine,
                  node::with_engine(workplace->node(), making.engine, making.runtime));
  Metrics metrics;
  api::Pulse pulse;
  PSYS_TRY_ASSIGN(const auto served,
                  start_api(options, open, config.config(), metrics, pulse, log));
  PSYS_TRY_ASSIGN(const auto supervisor, Supervisor::make({.node = workplace->node(),
                                                           .engine = engine.engine,
                                                           .manager = manager,
                                                           .signals = signals,
                                                           .config = config,
                                                           .folder = folder,
                                                           .metrics = metrics,
                                                           .pulse = pulse,
                                                           .log = log,
                                                           .making = std::move(making)},
                                                          open));
  return supervisor->run();
}

}  // namespace podsysctl::service
