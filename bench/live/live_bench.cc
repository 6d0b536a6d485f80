// SPDX-License-Identifier: Apache-2.0
// Many sandboxes, and a look at all of their settings: podsysctl's in turn with the least that the
// same could cost. Run by bench/live/run.py as root, in a mount namespace of its own.
//   podsysctl-live-bench make ROOT COUNT KEY...   pins namespaces below ROOT/pins and records them
//                                                 as pods whose settings are the keys' values
//   podsysctl-live-bench measure ROOT ROUNDS      prints one line a sample: CASE <tab> microseconds
// Cases, on one processor: `bare`, one open and setns a namespace, then open, read and close of
// each file; `check`, DriftChecker::check_all with the state database; `store`, its part that reads
// the database.
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "base/strings.h"
#include "linux/file.h"
#include "linux/fresh_namespaces.h"
#include "linux/namespaces.h"
#include "linux/process.h"
#include "linux/worker_thread.h"
#include "live/drift.h"
#include "sysctl/reader.h"

namespace podsysctl::bench {
namespace {

using Clock = std::chrono::steady_clock;
using linux::Namespace;
using linux::NamespaceKind;

constexpr std::array kKinds{NamespaceKind::net, NamespaceKind::ipc};
constexpr int kWarmUps = 1;

Result<std::vector<store::SettingRecord>> settings_of(const std::vector<std::string>& names) {
  std::vector<store::SettingRecord> settings;
  for (const std::string& name : names) {
    PSYS_TRY_ASSIGN(const sysctl::SysctlKey key, sysctl::SysctlKey::parse(name));
    PSYS_TRY_ASSIGN(const std::string value, linux::read_file("/proc/sys/" + key.path()));
    settings.push_back({.name = key.name(),
                        .requested = std::string(trim(value)),
                        .origin = "bench",
                        .state = store::SettingState::applied});
  }
  return settings;
}

// On a thread that has just made them.
Result<store::PodRecord> make_pod(const std::string& pins, int number) {
  store::PodRecord pod;
  pod.uid = fmt::format("{:08}-bench", number);
  pod.name = fmt::format("pod-{}", number);
  pod.stage = store::Stage::started;
  PSYS_TRY_ASSIGN(pod.sandbox_process, linux::identify(::getppid()));
  PSYS_TRY(linux::unshare_namespaces(kKinds));
  for (const NamespaceKind kind : kKinds) {
    PSYS_TRY_ASSIGN(const Namespace ns, Namespace::own(kind));
    const std::string path = fmt::format("{}/{}-{}", pins, number, to_string(kind));
    PSYS_TRY(ns.pin(path));
    pod.namespaces.push_back({std::string(to_string(kind)), path});
  }
  return pod;
}

Result<> make_pods(const std::string& root, int count, const std::vector<std::string>& names) {
  PSYS_TRY_ASSIGN(store::Store store, store::Store::open(root));
  PSYS_TRY(linux::make_directories(root + "/pins", 0700));
  Result<> outcome;
  linux::WorkerThread worker;
  worker.call([&] {
    const auto make_all = [&]() -> Result<> {
      for (int number = 0; number < count; ++number) {
        PSYS_TRY_ASSIGN(const store::PodRecord pod, make_pod(root + "/pins", number));
        PSYS_TRY_ASSIGN(const auto settings, settings_of(names));
        PSYS_TRY(store.insert_pod(pod));
        PSYS_TRY(store.put_settings(pod.uid, settings));
      }
      return {};
    };
    outcome = make_all();
  });
  return outcome;
}

struct BarePod {
  std::vector<std::string> namespaces;
  std::vector<std::string> files;
};

Result<std::vector<BarePod>> bare_pods(store::Store& store) {
  PSYS_TRY_ASSIGN(const auto managed, store.managed_pods());
  std::vector<BarePod> pods;
  for (const store::ManagedPod& pod : managed) {
    BarePod& bare = pods.emplace_back();
    for (const store::NamespaceRecord& ns : pod.namespaces) {
      bare.namespaces.push_back(ns.path);
    }
    for (const store::SettingRecord& setting : pod.settings) {
      PSYS_TRY_ASSIGN(const sysctl::SysctlKey key, sysctl::SysctlKey::parse(setting.name));
      bare.files.push_back("/proc/sys/" + key.path());
    }
  }
  return pods;
}

Result<> look_barely(const BarePod& pod) {
  for (const std::string& path : pod.namespaces) {
    const int ns = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (ns < 0 || ::setns(ns, 0) < 0) {
      return Error::from_errno(errno, "join {}", path);
    }
    ::close(ns);
  }
  for (const std::string& path : pod.files) {
    std::array<char, 256> text{};
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0 || ::read(file, text.data(), text.size()) < 0) {
      return Error::from_errno(errno, "read {}", path);
    }
    ::close(file);
  }
  return {};
}

Result<> look_barely_at_all(const std::vector<BarePod>& pods) {
  Result<> outcome;
  linux::WorkerThread worker;
  worker.call([&] {
    for (const BarePod& pod : pods) {
      if (outcome) {
        outcome = look_barely(pod);
      }
    }
  });
  return outcome;
}

Result<> check_all(store::Store& store, live::DriftChecker& checker, std::size_t count) {
  PSYS_TRY_ASSIGN(const auto drifts, checker.check_all(store));
  for (const live::TargetDrift& drift : drifts) {
    if (drift.failure || !drift.drifted.empty()) {
      return Error::of(Code::internal, "{} was to be without drift", drift.name);
    }
  }
  return drifts.size() == count
             ? Result<>()
             : Error::of(Code::internal, "{} of {} pods were looked at", drifts.size(), count);
}

Result<> time(std::string_view name, bool print, const std::function<Result<>()>& work) {
  const auto start = Clock::now();
  PSYS_TRY(work());
  const std::chrono::duration<double, std::micro> taken = Clock::now() - start;
  if (print) {
    fmt::print("{}\t{:.1f}\n", name, taken.count());
  }
  return {};
}

void stay_on_one_processor() {
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(static_cast<unsigned>(::sched_getcpu()), &only);
  ::sched_setaffinity(0, sizeof only, &only);
}

Result<> measure(const std::string& root, int rounds) {
  stay_on_one_processor();
  PSYS_TRY_ASSIGN(store::Store store, store::Store::open(root));
  PSYS_TRY_ASSIGN(const std::vector<BarePod> pods, bare_pods(store));
  PSYS_TRY_ASSIGN(live::DriftChecker checker, live::DriftChecker::open());
  for (int round = -kWarmUps; round < rounds; ++round) {
    const bool print = round >= 0;
    PSYS_TRY(time("bare", print, [&pods] { return look_barely_at_all(pods); }));
    PSYS_TRY(time("check", print, [&] { return check_all(store, checker, pods.size()); }));
    PSYS_TRY(time("store", print, [&store]() -> Result<> {
      const auto pods_read = store.managed_pods();
      return pods_read ? Result<>() : std::unexpected(pods_read.error());
    }));
  }
  return {};
}

Result<> run(const std::vector<std::string>& words) {
  const auto number = words.size() > 2 ? parse_number<int>(words[2]) : std::nullopt;
  if (number && words[0] == "make" && words.size() > 3) {
    return make_pods(words[1], *number, {words.begin() + 3, words.end()});
  }
  if (number && words[0] == "measure") {
    return measure(words[1], *number);
  }
  return Error::of(Code::invalid_argument,
                   "usage: podsysctl-live-bench make ROOT COUNT KEY... | measure ROOT ROUNDS");
}

}  // namespace
}  // namespace podsysctl::bench

int main(int argc, char** argv) {
  const auto outcome = podsysctl::bench::run({argv + 1, argv + argc});
  if (!outcome) {
    fmt::print(stderr, "{}\n", outcome.error().message);
    return 1;
  }
  return 0;
}
