// SPDX-License-Identifier: Apache-2.0
// What the node service is told by flags and by `--config FILE`. All fields of the file may be left
// out, no others are taken:
//   podManifestPath: /etc/podsysctl/manifests
//   engine: embedded
//   runtime: crun
//   network: bridge
//   socket: /run/podsysctl/node.sock
//   authfile: /etc/podsysctl/auth.json
//   kubernetesVersion: "1.31"
//   allowedUnsafeSysctls: [net.core.somaxconn, "kernel.msg*"]
//   kubeletConfig: /var/lib/kubelet/config.yaml
//   nodeLabels: {disk: fast}
//   driftIntervalSeconds: 60
//   repairDrift: false
// Errors: invalid_argument, "FILE:LINE:COLUMN: field: …". Thread-safety: pure functions.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "live/drift_watch.h"

namespace podsysctl::service {

// Unset is "not said".
struct Config {
  // Looked at once, when the service starts.
  std::optional<std::string> manifest_folder;
  std::optional<std::string> engine;
  std::optional<std::string> runtime;
  std::optional<std::string> network;
  std::optional<std::string> socket;
  std::optional<std::string> authfile;
  // May change while it runs.
  std::optional<std::string> kubernetes_version;
  std::vector<std::string> allowed_unsafe;  // patterns
  std::optional<std::string> kubelet_config;
  std::vector<std::string> node_labels;  // "K=V"
  std::optional<std::chrono::seconds> drift_interval;
  std::optional<live::OnDrift> on_drift;
};

[[nodiscard]] Result<Config> read_config(std::string_view text, std::string_view source);

// A flag wins over the file; lists add up.
[[nodiscard]] Config merged(const Config& flags, const Config& file);

// The names of the fields that a running service would not take up; empty where there are none.
[[nodiscard]] std::vector<std::string_view> needs_restart(const Config& before,
                                                          const Config& after);

}  // namespace podsysctl::service
