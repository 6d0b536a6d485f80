// SPDX-License-Identifier: Apache-2.0
// The sandbox and its sysctls at library level, each in turn with the least that the same could
// cost. Prints one line a sample: CASE <tab> microseconds. Run by bench/run.py as root, in
// namespaces that play the host.
// Cases; the keys get their first and their second values by turns, so that all are written:
//   floor: start, run and reap podsysctl-floor with all keys and a program that ends at once
//   sandbox-up: create a sandbox, open the writer, enforce all keys; the pod could start now
//   sandbox: the same and destroy it again
//   bare-apply: bare_loop.h on a sandbox that is up
//   apply: SysctlWriter::visit with make_plan and apply on the same sandbox
//   enforce: the same by way of enforce::enforce, which every engine uses
#include <spawn.h>
#include <sys/wait.h>

#include <chrono>
#include <cstdlib>
#include <functional>

#include <fmt/core.h>

#include "bare_loop.h"
#include "base/strings.h"
#include "enforce/enforce.h"
#include "sandbox/sandbox.h"

namespace podsysctl::bench {
namespace {

using Clock = std::chrono::steady_clock;
using linux::NamespaceKind;

constexpr int kWarmUps = 3;

struct Arguments {
  std::string run_folder;
  std::string pause;
  std::string floor;
  std::string program;  // what the floor becomes
  int rounds = 0;
  std::vector<sysctl::Setting> first;
  std::vector<sysctl::Setting> second;
};

struct Sample {
  std::string_view name;
  Clock::duration time;
};

Result<Arguments> parse_arguments(const std::vector<std::string>& words) {
  constexpr std::size_t kFixed = 5;
  constexpr std::size_t kPerKey = 3;
  if (words.size() < kFixed + kPerKey || (words.size() - kFixed) % kPerKey != 0) {
    return Error::of(Code::invalid_argument,
                     "usage: podsysctl-sandbox-bench RUN_FOLDER PAUSE FLOOR PROGRAM ROUNDS "
                     "KEY VALUE OTHER_VALUE...");
  }
  Arguments arguments{
      .run_folder = words[0], .pause = words[1], .floor = words[2], .program = words[3]};
  const auto rounds = parse_number<int>(words[4]);
  if (!rounds || *rounds < 1) {
    return Error::of(Code::invalid_argument, "{} is no number of rounds", in_quotes(words[4]));
  }
  arguments.rounds = *rounds;
  for (std::size_t i = kFixed; i < words.size(); i += kPerKey) {
    PSYS_TRY_ASSIGN(const sysctl::SysctlKey key, sysctl::SysctlKey::parse(words[i]));
    arguments.first.push_back({key, words[i + 1], {}, {}});
    arguments.second.push_back({key, words[i + 2], {}, {}});
  }
  return arguments;
}

std::vector<FileValue> files_of(const std::vector<sysctl::Setting>& settings) {
  std::vector<FileValue> files;
  for (const sysctl::Setting& setting : settings) {
    files.push_back({"/proc/sys/" + setting.key.path(), setting.value});
  }
  return files;
}

// Times are printed at the end: printing between two cases would disturb the second.
class Bench {
 public:
  explicit Bench(Arguments arguments) : arguments_(std::move(arguments)) {}

  Result<> run() {
    PSYS_TRY_ASSIGN(sandbox::Newborn newborn, sandbox::create(spec("standing")));
    const Result<> outcome = run_rounds(newborn.sandbox());
    PSYS_TRY(sandbox::destroy(newborn.sandbox()));
    return outcome;
  }

  void print() const {
    for (const Sample& sample : samples_) {
      fmt::print("{}\t{:.3f}\n", sample.name,
                 std::chrono::duration<double, std::micro>(sample.time).count());
    }
  }

 private:
  [[nodiscard]] sandbox::SandboxSpec spec(std::string id) const {
    return {.id = std::move(id),
            .run_folder = arguments_.run_folder,
            .pause_program = arguments_.pause,
            .hostname = "bench"};
  }

  [[nodiscard]] const std::vector<sysctl::Setting>& values(bool odd) const {
    return odd ? arguments_.second : arguments_.first;
  }

  // The two comparisons one after the other: a sandbox that ends leaves work to the kernel, which
  // would meet the much shorter changes of one that is up.
  Result<> run_rounds(const sandbox::Sandbox& standing) {
    const Result<> made = in_rounds([this](bool odd) { return make_in_turn(odd); });
    PSYS_TRY(made);
    PSYS_TRY_ASSIGN(sysctl::SysctlWriter writer, sysctl::SysctlWriter::open_on_this_thread());
    PSYS_TRY_ASSIGN(const sysctl::Target target, standing.target());
    PSYS_TRY_ASSIGN(const Places places, places_of(standing));
    return in_rounds([&](bool odd) { return change_in_turn(places, writer, target, odd); });
  }

  Result<> make_in_turn(bool odd) {
    PSYS_TRY(run_floor(odd));
    return run_sandbox(odd);
  }

  // Each case finds the other values in force, so that all keys are written every time.
  Result<> change_in_turn(const Places& places, sysctl::SysctlWriter& writer,
                          const sysctl::Target& target, bool odd) {
    PSYS_TRY(run_bare(places, odd));
    PSYS_TRY(run_apply(writer, target, !odd));
    PSYS_TRY(run_bare(places, odd));
    return run_enforce(writer, target, !odd);
  }

  Result<> in_rounds(const std::function<Result<>(bool)>& run_round) {
    for (int round = -kWarmUps; round < arguments_.rounds; ++round) {
      measuring_ = round >= 0;
      PSYS_TRY(run_round(round % 2 != 0));
    }
    return {};
  }

  void note(std::string_view name, Clock::time_point start) {
    const Clock::duration time = Clock::now() - start;
    if (measuring_) {
      samples_.push_back({name, time});
    }
  }

  static Result<Places> places_of(const sandbox::Sandbox& standing) {
    using linux::Namespace;
    PSYS_TRY_ASSIGN(Namespace net, Namespace::of_process(standing.pause.pid, NamespaceKind::net));
    PSYS_TRY_ASSIGN(Namespace ipc, Namespace::of_process(standing.pause.pid, NamespaceKind::ipc));
    PSYS_TRY_ASSIGN(Namespace home_net, Namespace::own(NamespaceKind::net));
    PSYS_TRY_ASSIGN(Namespace home_ipc, Namespace::own(NamespaceKind::ipc));
    return Places{std::move(net), std::move(ipc), std::move(home_net), std::move(home_ipc)};
  }

  Result<> run_floor(bool odd) {
    std::vector<std::string> words{arguments_.floor};
    for (const FileValue& file : files_of(values(odd))) {
      words.push_back(fmt::format("{}={}", file.path, file.value));
    }
    words.insert(words.end(), {"--", arguments_.program, "true"});
    std::vector<char*> argv;
    for (std::string& word : words) {
      argv.push_back(word.data());
    }
    argv.push_back(nullptr);
    const auto start = Clock::now();
    pid_t child = 0;
    if (const int failure = ::posix_spawn(&child, argv[0], nullptr, nullptr, argv.data(), environ);
        failure != 0) {
      return Error::from_errno(failure, "start {}", words[0]);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    note("floor", start);
    if (status != 0) {
      return Error::of(Code::internal, "{} failed with status {}", words[0], status);
    }
    return {};
  }

  Result<> run_sandbox(bool odd) {
    const auto start = Clock::now();
    PSYS_TRY_ASSIGN(sandbox::Newborn newborn, sandbox::create(spec("passing")));
    PSYS_TRY(newborn.release());
    const Result<> enforced = enforce_all(newborn.sandbox(), odd);
    note("sandbox-up", start);
    PSYS_TRY(sandbox::destroy(newborn.sandbox()));
    note("sandbox", start);
    return enforced;
  }

  Result<> enforce_all(const sandbox::Sandbox& sandbox, bool odd) const {
    PSYS_TRY_ASSIGN(sysctl::SysctlWriter writer, sysctl::SysctlWriter::open_on_this_thread());
    PSYS_TRY_ASSIGN(const sysctl::Target target, sandbox.target());
    return check(enforce::enforce(values(odd), target, writer));
  }

  Result<> run_bare(const Places& places, bool odd) {
    const std::vector<FileValue> files = files_of(values(odd));
    const auto start = Clock::now();
    PSYS_TRY(run_bare_loop(places, files));
    note("bare-apply", start);
    return {};
  }

  Result<> run_apply(sysctl::SysctlWriter& writer, const sysctl::Target& target, bool odd) {
    Result<> outcome;
    const std::vector<sysctl::Setting>& wanted = values(odd);
    const auto start = Clock::now();
    PSYS_TRY(writer.visit(target, [&](sysctl::SysctlTree& tree) {
      const auto plan = sysctl::make_plan(wanted, tree);
      outcome = plan ? check(sysctl::apply(*plan, tree)) : Result<>(std::unexpected(plan.error()));
    }));
    note("apply", start);
    return outcome;
  }

  Result<> run_enforce(sysctl::SysctlWriter& writer, const sysctl::Target& target, bool odd) {
    const std::vector<sysctl::Setting>& wanted = values(odd);
    const auto start = Clock::now();
    const sysctl::Application application = enforce::enforce(wanted, target, writer);
    note("enforce", start);
    return check(application);
  }

  // Every key really was written and read back.
  static Result<> check(const sysctl::Application& application) {
    if (application.failure) {
      return std::unexpected(*application.failure);
    }
    for (const sysctl::AppliedSetting& applied : application.settings) {
      if (applied.state != sysctl::ApplyState::applied) {
        return Error::of(Code::internal, "{} had the value {} already: nothing was measured",
                         applied.setting.key.name(), applied.effective);
      }
    }
    return {};
  }

  Arguments arguments_;
  std::vector<Sample> samples_;
  bool measuring_ = false;
};

int run_main(const std::vector<std::string>& words) {
  Result<Arguments> arguments = parse_arguments(words);
  if (!arguments) {
    fmt::print(stderr, "{}\n", arguments.error().message);
    return 2;
  }
  Bench bench(*std::move(arguments));
  if (const Result<> outcome = bench.run(); !outcome) {
    fmt::print(stderr, "{}\n", outcome.error().message);
    return 1;
  }
  bench.print();
  return 0;
}

}  // namespace
}  // namespace podsysctl::bench

int main(int argc, char** argv) { return podsysctl::bench::run_main({argv + 1, argv + argc}); }
