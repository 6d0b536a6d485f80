// SPDX-License-Identifier: Apache-2.0
// What a plugin is told by the runtime, and may refuse. The runtime waits for every answer and
// holds one lock meanwhile, so each must come quickly: after Configuration::request_timeout it
// hangs up and goes on without the plugin. An error of run_pod_sandbox ends the pod, with the
// error's message in the runtime's own; errors of the others are told to it and change nothing
// there. Thread-safety: called from the thread that serves the session (nri/session.h).
#pragma once

#include <chrono>
#include <vector>

#include "base/result.h"
#include "nri/messages.h"

namespace podsysctl::nri {

class Plugin {
 public:
  Plugin() = default;
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;
  virtual ~Plugin() = default;

  // An error ends the registration.
  [[nodiscard]] virtual Result<> configure(const Configuration& configuration) = 0;
  // Every pod that there is, once after each connection.
  [[nodiscard]] virtual Result<> synchronize(std::vector<PodSandbox> pods) = 0;

  // Network and namespaces are there; no container but the pause process was started.
  [[nodiscard]] virtual Result<> run_pod_sandbox(const PodSandbox& pod) = 0;
  // Its process is gone already.
  [[nodiscard]] virtual Result<> stop_pod_sandbox(const PodSandbox& pod) = 0;
  [[nodiscard]] virtual Result<> remove_pod_sandbox(const PodSandbox& pod) = 0;

  // The runtime has waited less long than the answer took: the pod goes on as it was.
  virtual void answered_late(std::string_view method, std::chrono::nanoseconds took) = 0;
};

}  // namespace podsysctl::nri
