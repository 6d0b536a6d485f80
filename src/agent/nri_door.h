// SPDX-License-Identifier: Apache-2.0
// The NRI door: what a runtime says over the Node Resource Interface, for the keeper. It stays
// connected: after a runtime's end it tries again, at first soon, then at longer intervals. A door
// that a runtime opened for us (it started us itself) ends with its connection.
// Thread-safety: run() on a thread of its own; state() from any.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "agent/pod_keeper.h"
#include "base/log.h"
#include "linux/fd.h"
#include "nri/connection.h"
#include "nri/plugin.h"

namespace podsysctl::agent {

class NriDoor final : private nri::Plugin {
 public:
  NriDoor(PodKeeper& keeper, Log& log) : keeper_(keeper), log_(log) {}

  // Until `stop` is readable. Errors: a name that no runtime takes.
  [[nodiscard]] Result<> run(const std::string& socket, const nri::Identity& identity,
                             linux::FdRef stop);
  // Until either side ends it.
  [[nodiscard]] Result<> run(const nri::Connection& handed_over, linux::FdRef stop);

  struct State {
    bool connected = false;
    std::string runtime;  // "containerd v2.1.9"; "" before the first connection
    std::uint64_t connections = 0;
    std::string last_error;  // of the connection; "" while there is one
  };
  [[nodiscard]] State state() const;

 private:
  Result<> configure(const nri::Configuration& configuration) override;
  Result<> synchronize(std::vector<nri::PodSandbox> pods) override;
  Result<> run_pod_sandbox(const nri::PodSandbox& pod) override;
  Result<> stop_pod_sandbox(const nri::PodSandbox& pod) override;
  Result<> remove_pod_sandbox(const nri::PodSandbox& pod) override;
  void answered_late(std::string_view method, std::chrono::nanoseconds took) override;

  [[nodiscard]] Result<nri::SessionEnd> serve(const nri::Connection& connection, linux::FdRef stop);
  [[nodiscard]] Sandbox sandbox_of(const nri::PodSandbox& pod) const;
  void lost(const std::string& why);

  PodKeeper& keeper_;
  Log& log_;
  mutable std::mutex mutex_;  // over state_
  State state_;
};

}  // namespace podsysctl::agent
