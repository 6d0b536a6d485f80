// SPDX-License-Identifier: Apache-2.0
// What the agent costs a runtime that waits for it. Prints one line a sample, CASE <tab>
// microseconds. As root.
//   bare      bare_loop.h on a new sandbox, the same values: the least that it could cost
//   start     PodKeeper::start for a new sandbox with ten keys, two of which depend on order:
//             namespaces opened, decided, planned, written, read back
//   review    the same sandbox again: everything is in force already
//   nothing   a pod without wishes
//   call      a RunPodSandbox through a socket: frames, ttrpc, messages and the `start` of a new
//             sandbox, as a runtime sees it
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <fmt/core.h>

#include "../bare_loop.h"
#include "agent/nri_door.h"
#include "agent/pod_keeper.h"
#include "base/strings.h"
#include "linux/testing/pod_process.h"
#include "linux/wake_up.h"
#include "nri/testing/fake_runtime.h"
#include "nri/testing/samples.h"
#include "rules/file_reader.h"
#include "sysctl/kernel_version.h"

namespace podsysctl::bench {
namespace {

using Clock = std::chrono::steady_clock;
using linux::NamespaceKind;
using linux::PodProcess;

constexpr int kWarmUps = 5;

constexpr std::string_view kPolicies =
    "apiVersion: podsysctl.io/v1alpha1\n"
    "kind: SysctlPolicy\n"
    "metadata: {name: bench}\n"
    "spec: {match: {namespaces: [bench]}, allowed: [{name: net.*}, {name: kernel.*}]}\n";

constexpr const char* kTenKeys =
    "net.ipv4.ip_local_port_range = 500 60999\n"
    "net.ipv4.ip_unprivileged_port_start = 400\n"
    "net.ipv4.conf.all.accept_redirects = 1\n"
    "net.ipv4.ip_forward = 1\n"
    "net.core.somaxconn = 2048\n"
    "net.ipv4.tcp_fin_timeout = 30\n"
    "net.ipv4.tcp_keepalive_time = 600\n"
    "net.ipv4.tcp_rmem = 4096 65536 1048576\n"
    "kernel.msgmax = 16384\n"
    "kernel.sem = 300 32000 100 256\n";

// The same in an order that the kernel takes.
std::vector<FileValue> bare_values() {
  return {{"/proc/sys/net/ipv4/ip_unprivileged_port_start", "400"},
          {"/proc/sys/net/ipv4/ip_local_port_range", "500\t60999"},
          {"/proc/sys/net/ipv4/ip_forward", "1"},
          {"/proc/sys/net/ipv4/conf/all/accept_redirects", "1"},
          {"/proc/sys/net/core/somaxconn", "2048"},
          {"/proc/sys/net/ipv4/tcp_fin_timeout", "30"},
          {"/proc/sys/net/ipv4/tcp_keepalive_time", "600"},
          {"/proc/sys/net/ipv4/tcp_rmem", "4096\t65536\t1048576"},
          {"/proc/sys/kernel/msgmax", "16384"},
          {"/proc/sys/kernel/sem", "300\t32000\t100\t256"}};
}

Result<Places> places_of(pid_t pid) {
  PSYS_TRY_ASSIGN(linux::Namespace net, linux::Namespace::of_process(pid, NamespaceKind::net));
  PSYS_TRY_ASSIGN(linux::Namespace ipc, linux::Namespace::of_process(pid, NamespaceKind::ipc));
  PSYS_TRY_ASSIGN(linux::Namespace home_net, linux::Namespace::own(NamespaceKind::net));
  PSYS_TRY_ASSIGN(linux::Namespace home_ipc, linux::Namespace::own(NamespaceKind::ipc));
  return Places{std::move(net), std::move(ipc), std::move(home_net), std::move(home_ipc)};
}

class NoRecorder final : public agent::Recorder {
 public:
  void keep(agent::Report /*report*/) override {}
  void forget(std::string /*sandbox_id*/) override {}
  void keep_only(const std::string& /*runtime*/,
                 std::vector<std::string> /*sandbox_ids*/) override {}
  bool settle(std::chrono::milliseconds /*limit*/) override { return true; }
};

class NoLog final : public Log {
 public:
  void say(LogLevel /*level*/, std::string_view /*message*/) override {}
};

struct Sample {
  std::string_view name;
  Clock::duration time;
};

class Bench {
 public:
  static Result<std::unique_ptr<Bench>> open() {
    auto bench = std::unique_ptr<Bench>(new Bench);
    PSYS_TRY(rules::read_text(kPolicies, "policies", *bench->policies_));
    PSYS_TRY_ASSIGN(bench->host_, linux::HostNamespaces::read());
    PSYS_TRY_ASSIGN(bench->allowlist_,
                    policy::Allowlist::create(policy::KubernetesVersion::newest(), {}, {}));
    Bench& self = *bench;
    PSYS_TRY_ASSIGN(bench->keeper_,
                    agent::PodKeeper::open({.policies = [&self] { return self.policies_; },
                                            .node = {.safe_list = *self.allowlist_,
                                                     .kernel = sysctl::running_kernel(),
                                                     .defaults = {}},
                                            .host = *self.host_,
                                            .clock = self.clock_,
                                            .recorder = self.recorder_}));
    PSYS_TRY_ASSIGN(bench->way_in_, bench->keeper_->writer().for_this_thread());
    return bench;
  }

  Result<> run(int rounds) {
    for (int i = -kWarmUps; i < rounds; ++i) {
      PSYS_TRY_ASSIGN(
          const PodProcess pod,
          PodProcess::start({NamespaceKind::net, NamespaceKind::ipc, NamespaceKind::uts}));
      PSYS_TRY(direct(pod.pid(), i >= 0));
      PSYS_TRY_ASSIGN(
          const PodProcess other,
          PodProcess::start({NamespaceKind::net, NamespaceKind::ipc, NamespaceKind::uts}));
      const std::vector<FileValue> values = bare_values();
      PSYS_TRY(timed("bare", i >= 0, [&]() -> Result<> {
        PSYS_TRY_ASSIGN(const Places places, places_of(other.pid()));
        return run_bare_loop(places, values);
      }));
    }
    return through_a_socket(rounds);
  }

  void print() const {
    for (const Sample& sample : samples_) {
      fmt::print("{}\t{:.1f}\n", sample.name,
                 std::chrono::duration<double, std::micro>(sample.time).count());
    }
  }

 private:
  Bench() = default;

  static agent::Sandbox sandbox(pid_t pid) {
    return {.id = "s",
            .uid = "u",
            .name = "web",
            .namespace_ = "bench",
            .annotations = {{"podsysctl.io/sysctls", kTenKeys}},
            .pid = pid};
  }

  template <class Work>
  Result<> timed(std::string_view name, bool counts, const Work& work) {
    const Clock::time_point start = Clock::now();
    PSYS_TRY(work());
    if (counts) {
      samples_.push_back({name, Clock::now() - start});
    }
    return {};
  }

  Result<> direct(pid_t pid, bool counts) {
    const agent::Sandbox wishes = sandbox(pid);
    agent::Sandbox plain = wishes;
    plain.annotations.clear();
    PSYS_TRY(timed("start", counts, [&] { return keeper_->start(wishes, *way_in_); }));
    PSYS_TRY(timed("review", counts, [&] { return keeper_->start(wishes, *way_in_); }));
    return timed("nothing", counts, [&] { return keeper_->start(plain, *way_in_); });
  }

  Result<> through_a_socket(int rounds) {
    nri::FakeRuntime runtime;
    PSYS_TRY_ASSIGN(const linux::WakeUp stop, linux::WakeUp::open());
    PSYS_TRY_ASSIGN(linux::Fd socket, linux::duplicate(runtime.plugin_end()));
    agent::NriDoor door(*keeper_, log_,
                        {.handed_over = nri::Connection{std::move(socket), {"podsysctl", "10"}}});
    Result<> ended;
    std::thread thread([&] { ended = door.run(stop.fd()); });
    const Result<> called = call_often(runtime, rounds);
    stop.ring();
    thread.join();
    PSYS_TRY(called);
    return ended;
  }

  Result<> call_often(nri::FakeRuntime& runtime, int rounds) {
    PSYS_TRY(runtime.introduce());
    nri::PodSandbox message = nri::sample_pod("1");
    message.namespace_ = "bench";
    message.namespaces.clear();
    message.annotations = {{"podsysctl.io/sysctls", kTenKeys}};
    for (int i = -kWarmUps; i < rounds; ++i) {
      PSYS_TRY_ASSIGN(
          const PodProcess pod,
          PodProcess::start({NamespaceKind::net, NamespaceKind::ipc, NamespaceKind::uts}));
      message.pid = pod.pid();
      const std::string payload = pod_request(message);
      PSYS_TRY(timed("call", i >= 0, [&]() -> Result<> {
        PSYS_TRY_ASSIGN(const nri::Response answer, runtime.call("RunPodSandbox", payload));
        return answer.status.code == nri::StatusCode::ok ? Result<>()
                                                         : std::unexpected(error_of(answer.status));
      }));
    }
    return {};
  }

  std::vector<Sample> samples_;
  SystemClock clock_;
  NoRecorder recorder_;
  NoLog log_;
  std::optional<linux::HostNamespaces> host_;
  std::optional<policy::Allowlist> allowlist_;
  std::shared_ptr<rules::PolicySet> policies_ = std::make_shared<rules::PolicySet>();
  std::unique_ptr<agent::PodKeeper> keeper_;
  std::optional<sysctl::SysctlWriter> way_in_;  // as the door's thread has it
};

Result<> run(const std::vector<std::string>& words) {
  const auto rounds = words.size() == 1 ? parse_number<int>(words[0]) : std::nullopt;
  if (!rounds || *rounds < 1) {
    return Error::of(Code::invalid_argument, "usage: podsysctl-agent-bench ROUNDS");
  }
  PSYS_TRY_ASSIGN(const std::unique_ptr<Bench> bench, Bench::open());
  PSYS_TRY(bench->run(*rounds));
  bench->print();
  return {};
}

}  // namespace
}  // namespace podsysctl::bench

int main(int argc, char** argv) {
  const auto done = podsysctl::bench::run({argv + 1, argv + argc});
  if (!done) {
    fmt::print(stderr, "podsysctl-agent-bench: {}\n", done.error().message);
    return 1;
  }
  return 0;
}
