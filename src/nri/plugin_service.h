// SPDX-License-Identifier: Apache-2.0
// The service nri.pkg.api.v1alpha1.Plugin over a Plugin: which method is which call. Runtimes up to
// NRI 0.11 tell of pods by StateChange, later ones by a method for each event; both are taken. A
// list of pods that comes in several messages is handed on when it is complete. What the service
// has and this plugin has no use for is answered with nothing, which changes nothing; what it does
// not have, with `Unimplemented`. Thread-safety: one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "nri/plugin.h"
#include "nri/ttrpc.h"

namespace podsysctl::nri {

// Pods of one list, far above what a node runs.
inline constexpr std::size_t kMaxPods = 16384;

class PluginService {
 public:
  explicit PluginService(Plugin& plugin) : plugin_(plugin) {}

  [[nodiscard]] Response answer(const Request& request);

  // True once the runtime has said that it ends.
  [[nodiscard]] bool shut_down() const noexcept { return shut_down_; }

 private:
  enum class Method : std::uint8_t {
    configure,
    synchronize,
    run_pod_sandbox,
    stop_pod_sandbox,
    remove_pod_sandbox,
    state_change,
    shutdown,
    of_no_use,
  };
  struct Row;
  [[nodiscard]] static const Row* find(const Request& request);

  [[nodiscard]] Result<std::string> call(Method method, std::string_view payload);
  [[nodiscard]] Result<std::string> configure(std::string_view payload);
  [[nodiscard]] Result<std::string> synchronize(std::string_view payload);
  [[nodiscard]] Result<> about_pod(PodEvent event, std::string_view payload);
  [[nodiscard]] Result<> state_change(std::string_view payload);
  [[nodiscard]] Result<> tell(PodEvent event, const PodSandbox& pod);

  Plugin& plugin_;
  std::vector<PodSandbox> pods_;  // of a list that is not complete yet
  bool shut_down_ = false;
};

}  // namespace podsysctl::nri
