// SPDX-License-Identifier: Apache-2.0
// The agent as a process: its doors, its keeper, its records and the policy files, and the socket
// on which it says how it is. Runs until SIGTERM or SIGINT, or until the runtime that started it
// ends. Errors: no door; a state folder, policy folder or socket that cannot be opened; conflict
// where an agent runs already. Thread-safety: one call.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/api.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "linux/service_manager.h"
#include "live/drift_watch.h"
#include "live/sockets.h"
#include "nri/connection.h"
#include "policy/allowlist.h"
#include "policy/default_sysctls.h"

namespace podsysctl::agent {

inline constexpr std::string_view kNoDoor = "none";
inline constexpr const char* kStatusSocket = "/run/podsysctl-agent/agent.sock";

// A runtime that asks nobody, and whose events are followed therefore.
struct Followed {
  enum class Interface : std::uint8_t { docker, cri };
  Interface interface = Interface::cri;
  std::string socket;  // path
  // Between two looks at the list of a runtime that has no events.
  std::chrono::milliseconds interval{1000};
};

struct Options {
  std::string root;           // the agent's own state
  std::string policy_folder;  // rules::kDefaultFolder
  std::string nri_socket;     // "", "none": that door is not opened
  std::vector<Followed> followed;
  live::ExistingSockets sockets = live::ExistingSockets::leave;  // where a value comes late
  std::string status_socket;                                     // of the local API
  nri::Identity identity{.name = "podsysctl", .index = "10"};
  std::string host;     // this host's name, for events
  std::string version;  // of this program, for /metrics
  std::chrono::seconds drift_interval = live::kDefaultDriftInterval;  // 0: never
  rules::OnDrift on_drift = rules::OnDrift::report;                   // where no policy says
  std::vector<policy::DefaultSysctls> defaults;  // of the node; the first that has a key wins
  api::MoreResources more;                       // of the API; may be empty
  std::string host_root = "/";                   // where the runtime's root is seen (namespaces.h)
};

[[nodiscard]] Result<> run(const Options& options, const policy::Allowlist& allowlist,
                           const nri::Environment& environment,
                           const linux::ServiceManager& manager, const Clock& clock, Log& log);

}  // namespace podsysctl::agent
