// SPDX-License-Identifier: Apache-2.0
// The NRI door: what a runtime says over the Node Resource Interface, for the keeper. It stays
// connected, also beyond the runtime's end. A door that a runtime opened for us (it started us
// itself) ends with its connection. Errors: a name that no runtime takes.
// Thread-safety: as agent/door.h has it.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "agent/door.h"
#include "agent/pod_keeper.h"
#include "agent/presence.h"
#include "base/log.h"
#include "nri/connection.h"
#include "nri/plugin.h"

namespace podsysctl::agent {

// Where the runtime is: at a socket, or at the other end of a connection that it made.
struct NriWay {
  std::string socket;
  nri::Identity identity;
  std::optional<nri::Connection> handed_over;
};

class NriDoor final : public Door, private nri::Plugin {
 public:
  NriDoor(PodKeeper& keeper, Log& log, NriWay way)
      : keeper_(keeper), way_(std::move(way)), presence_("nri", way_.socket, log) {}

  [[nodiscard]] Result<> run(linux::FdRef stop) override;
  [[nodiscard]] DoorState state() const override { return presence_.state(); }

 private:
  Result<> configure(const nri::Configuration& configuration) override;
  Result<> synchronize(std::vector<nri::PodSandbox> pods) override;
  Result<> run_pod_sandbox(const nri::PodSandbox& pod) override;
  Result<> stop_pod_sandbox(const nri::PodSandbox& pod) override;
  Result<> remove_pod_sandbox(const nri::PodSandbox& pod) override;
  void answered_late(std::string_view method, std::chrono::nanoseconds took) override;

  [[nodiscard]] Result<Parting> serve(const nri::Connection& connection, linux::FdRef stop);
  [[nodiscard]] Source source() const;
  [[nodiscard]] Sandbox sandbox_of(const nri::PodSandbox& pod) const;

  PodKeeper& keeper_;
  std::optional<sysctl::SysctlWriter> way_in_;  // of the thread in run()
  NriWay way_;
  Presence presence_;
};

}  // namespace podsysctl::agent
