// SPDX-License-Identifier: Apache-2.0
// The agent with many sandboxes: what it holds resident, what a look for drift over all of them
// takes beside the least that it could cost, and what a pod that starts pays while all of them are
// looked at again. Prints one line a sample, NAME <tab> NUMBER (bytes, or microseconds). As root.
//   podsysctl-agent-crowd AGENT SANDBOXES ROUNDS
// This process is the runtime at the other end of a connection that it hands to the agent.
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <fmt/core.h>

#include "base/strings.h"
#include "http/client.h"
#include "linux/process.h"
#include "linux/spawn.h"
#include "linux/temporary_folder.h"
#include "linux/testing/pod_process.h"
#include "linux/worker_thread.h"
#include "nri/testing/fake_runtime.h"
#include "nri/testing/samples.h"
#include "sysctl/key.h"

namespace podsysctl::bench {
namespace {

using Clock = std::chrono::steady_clock;
using linux::NamespaceKind;
using linux::PodProcess;
using std::chrono::milliseconds;

constexpr std::chrono::seconds kLimit{120};

constexpr std::string_view kPolicies =
    "apiVersion: podsysctl.io/v1alpha1\n"
    "kind: SysctlPolicy\n"
    "metadata: {name: bench}\n"
    "spec: {match: {namespaces: [bench]}, allowed: [{name: net.*}, {name: kernel.*}]}\n";

constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kTen{
    {{"net.ipv4.ip_unprivileged_port_start", "400"},
     {"net.ipv4.ip_local_port_range", "500 60999"},
     {"net.ipv4.ip_forward", "1"},
     {"net.ipv4.conf.all.accept_redirects", "1"},
     {"net.core.somaxconn", "2048"},
     {"net.ipv4.tcp_fin_timeout", "30"},
     {"net.ipv4.tcp_keepalive_time", "600"},
     {"net.ipv4.tcp_rmem", "4096 65536 1048576"},
     {"kernel.msgmax", "16384"},
     {"kernel.sem", "300 32000 100 256"}}};

std::string wishes() {
  std::string text;
  for (const auto& [key, value] : kTen) {
    text += fmt::format("{} = {}\n", key, value);
  }
  return text;
}

void print_time(std::string_view name, Clock::duration took) {
  fmt::print("{}\t{:.1f}\n", name, std::chrono::duration<double, std::micro>(took).count());
}

// A folder that goes with the run.
class Folder {
 public:
  static Result<Folder> make() {
    PSYS_TRY_ASSIGN(linux::TemporaryFolder root, linux::TemporaryFolder::make());
    std::filesystem::create_directory(root / "policy.d");
    return Folder(std::move(root));
  }

  [[nodiscard]] std::string path(std::string_view name) const { return root_ / name; }
  // Another generation of the same policies.
  void write_policies(int generation) const {
    std::ofstream(path("policy.d/bench.yaml")) << kPolicies << "# " << generation << "\n";
  }

 private:
  explicit Folder(linux::TemporaryFolder root) : root_(std::move(root)) {}
  linux::TemporaryFolder root_;
};

class Agent {
 public:
  static Result<std::unique_ptr<Agent>> start(const std::string& program, const Folder& folder,
                                              const nri::FakeRuntime& runtime) {
    PSYS_TRY_ASSIGN(
        const pid_t pid,
        linux::start(
            {.program = program,
             .args = {"--policy-dir=" + folder.path("policy.d"), "--root=" + folder.path("state"),
                      "--status-socket=" + folder.path("agent.sock"), "--drift-interval=1"},
             .env = std::vector<std::string>{"NRI_PLUGIN_SOCKET=3", "NRI_PLUGIN_NAME=podsysctl",
                                             "NRI_PLUGIN_IDX=10"},
             .extra_fds = {{runtime.plugin_end(), 3}}}));
    return std::unique_ptr<Agent>(new Agent(pid, folder.path("agent.sock")));
  }
  ~Agent() {
    ::kill(pid_, SIGTERM);
    static_cast<void>(linux::wait_for_child(pid_));
  }
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

  // The sum of a metric's samples.
  Result<double> metric(std::string_view name) {
    PSYS_TRY_ASSIGN(const http::Reply reply, client_.call({.method = "GET", .target = "/metrics"}));
    double sum = 0;
    for (const std::string_view line : split(reply.body, '\n')) {
      const std::size_t blank = line.rfind(' ');
      if (line.starts_with(name) && blank != std::string_view::npos &&
          (line[name.size()] == ' ' || line[name.size()] == '{')) {
        sum += std::strtod(std::string(line.substr(blank + 1)).c_str(), nullptr);
      }
    }
    return sum;
  }

  Result<> wait_until(std::string_view name, double at_least) {
    const auto end = Clock::now() + kLimit;
    for (;;) {
      PSYS_TRY_ASSIGN(const double value, metric(name));
      if (value >= at_least) {
        return {};
      }
      if (Clock::now() > end) {
        return Error::of(Code::timeout, "{} is {}, not {}", name, value, at_least);
      }
      std::this_thread::sleep_for(milliseconds(20));
    }
  }

  Result<> print_resident(std::string_view name) {
    PSYS_TRY_ASSIGN(const double bytes, metric("podsysctl_resident_memory_bytes"));
    fmt::print("{}\t{:.0f}\n", name, bytes);
    return {};
  }

 private:
  Agent(pid_t pid, const std::string& socket)
      : pid_(pid), client_({.path = socket, .text = "unix://" + socket}) {}

  pid_t pid_;
  http::Client client_;
};

nri::PodSandbox told(const PodProcess& pod, int number) {
  nri::PodSandbox message = nri::sample_pod(std::to_string(number));
  message.uid = fmt::format("{:08}-bench", number);
  message.name = fmt::format("pod-{}", number);
  message.namespace_ = "bench";
  message.namespaces.clear();
  message.annotations = {{"podsysctl.io/sysctls", wishes()}};
  message.pid = pod.pid();
  return message;
}

Result<std::vector<PodProcess>> make_pods(int count) {
  std::vector<PodProcess> pods;
  for (int i = 0; i < count; ++i) {
    PSYS_TRY_ASSIGN(PodProcess pod, PodProcess::start({NamespaceKind::net, NamespaceKind::ipc,
                                                       NamespaceKind::uts}));
    pods.push_back(std::move(pod));
  }
  return pods;
}

// The least: join net and ipc, open, read and close each file.
Result<> look_barely(pid_t pid) {
  for (const char* kind : {"net", "ipc"}) {
    const std::string path = fmt::format("/proc/{}/ns/{}", pid, kind);
    const int ns = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (ns < 0 || ::setns(ns, 0) < 0) {
      return Error::from_errno(errno, "join {}", path);
    }
    ::close(ns);
  }
  for (const auto& [key, value] : kTen) {
    PSYS_TRY_ASSIGN(const sysctl::SysctlKey parsed, sysctl::SysctlKey::parse(key));
    std::array<char, 256> text{};
    const int file = ::open(("/proc/sys/" + parsed.path()).c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0 || ::read(file, text.data(), text.size()) < 0) {
      return Error::from_errno(errno, "read {}", key);
    }
    ::close(file);
  }
  return {};
}

Result<> time_bare_loop(const std::vector<PodProcess>& pods) {
  Result<> outcome;
  linux::WorkerThread worker;
  worker.call([&] {
    const auto begin = Clock::now();
    for (const PodProcess& pod : pods) {
      if (outcome) {
        outcome = look_barely(pod.pid());
      }
    }
    print_time("bare", Clock::now() - begin);
  });
  return outcome;
}

Result<> time_drift(Agent& agent, const std::vector<PodProcess>& pods, int rounds) {
  for (int round = 0; round < rounds; ++round) {
    PSYS_TRY(time_bare_loop(pods));
    PSYS_TRY_ASSIGN(const double before, agent.metric("podsysctl_drift_rounds_total"));
    PSYS_TRY(agent.wait_until("podsysctl_drift_rounds_total", before + 1));
    PSYS_TRY_ASSIGN(const double seconds, agent.metric("podsysctl_drift_round_seconds"));
    fmt::print("drift\t{:.1f}\n", 1e6 * seconds);
  }
  return {};
}

Result<> time_start(nri::FakeRuntime& runtime, std::string_view name, int number) {
  PSYS_TRY_ASSIGN(const PodProcess pod,
                  PodProcess::start({NamespaceKind::net, NamespaceKind::ipc, NamespaceKind::uts}));
  const std::string request = nri::pod_request(told(pod, number));
  const auto begin = Clock::now();
  PSYS_TRY_ASSIGN(const nri::Response answer, runtime.call("RunPodSandbox", request));
  print_time(name, Clock::now() - begin);
  if (answer.status.code != nri::StatusCode::ok) {
    return std::unexpected(error_of(answer.status));
  }
  PSYS_TRY(runtime.call("RemovePodSandbox", request));
  return {};
}

// Pods that start while all others are looked at again.
Result<> time_starts_beside_reviews(Agent& agent, nri::FakeRuntime& runtime, const Folder& folder,
                                    int count, int rounds) {
  for (int round = 0; round < rounds; ++round) {
    PSYS_TRY(time_start(runtime, "start alone", count + round));
    PSYS_TRY_ASSIGN(const double before, agent.metric("podsysctl_policy_generation"));
    folder.write_policies(round);
    PSYS_TRY(agent.wait_until("podsysctl_policy_generation", before + 1));
    PSYS_TRY(time_start(runtime, "start beside reviews", count + rounds + round));
    const auto end = Clock::now() + kLimit;
    for (double waiting = 1; waiting > 0 && Clock::now() < end;) {
      PSYS_TRY_ASSIGN(waiting, agent.metric("podsysctl_agent_reviews_waiting"));
    }
  }
  return {};
}

Result<> measure(const std::string& program, int count, int rounds) {
  PSYS_TRY_ASSIGN(const Folder folder, Folder::make());
  folder.write_policies(-1);
  PSYS_TRY_ASSIGN(const std::vector<PodProcess> pods, make_pods(count));
  nri::FakeRuntime runtime;
  PSYS_TRY_ASSIGN(const std::unique_ptr<Agent> agent, Agent::start(program, folder, runtime));
  runtime.close_plugin_end();
  PSYS_TRY(runtime.introduce());
  PSYS_TRY(runtime.call("Synchronize", nri::pod_list({}, nri::Rest::none)));
  PSYS_TRY(agent->print_resident("resident, idle"));
  std::vector<nri::PodSandbox> messages;
  for (int i = 0; i < count; ++i) {
    messages.push_back(told(pods[static_cast<std::size_t>(i)], i));
  }
  const auto begin = Clock::now();
  PSYS_TRY(runtime.call("Synchronize", nri::pod_list(messages, nri::Rest::none)));
  print_time("synchronize, answer", Clock::now() - begin);
  PSYS_TRY(agent->wait_until("podsysctl_agent_sandboxes_handled_total", count));
  print_time("synchronize, all in force", Clock::now() - begin);
  PSYS_TRY(time_drift(*agent, pods, rounds));
  PSYS_TRY(time_starts_beside_reviews(*agent, runtime, folder, count, rounds));
  return agent->print_resident(fmt::format("resident, {} sandboxes", count));
}

Result<> run(const std::vector<std::string>& words) {
  const auto count = words.size() == 3 ? parse_number<int>(words[1]) : std::nullopt;
  const auto rounds = words.size() == 3 ? parse_number<int>(words[2]) : std::nullopt;
  if (!count || !rounds || *count < 1 || *rounds < 1) {
    return Error::of(Code::invalid_argument, "usage: podsysctl-agent-crowd AGENT SANDBOXES ROUNDS");
  }
  return measure(words[0], *count, *rounds);
}

}  // namespace
}  // namespace podsysctl::bench

int main(int argc, char** argv) {
  const auto done = podsysctl::bench::run({argv + 1, argv + argc});
  if (!done) {
    fmt::print(stderr, "podsysctl-agent-crowd: {}\n", done.error().message);
    return 1;
  }
  return 0;
}
