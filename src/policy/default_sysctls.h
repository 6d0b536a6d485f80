// SPDX-License-Identifier: Apache-2.0
// defaultPodSysctls of the kubelet's configuration (alpha in Kubernetes 1.37, KEP-5996): settings
// for every pod of the node, without an entry in the allowlist. A pod's own setting of a key wins.
// What a pod's namespaces cannot hold is left out without a word, as the kubelet does. Errors:
// unsupported before 1.37, invalid_argument for names and values, not_namespaced, conflict for two
// spellings of one key. The texts are ours; upstream's are not known. Thread-safety: immutable
// after create().
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "policy/host_namespaces.h"
#include "policy/kubernetes_version.h"
#include "sysctl/setting.h"

namespace podsysctl::policy {

class DefaultSysctls {
 public:
  struct Entry {
    std::string name;  // any spelling
    std::string value;
  };

  [[nodiscard]] static Result<DefaultSysctls> create(KubernetesVersion version,
                                                     std::span<const Entry> entries);

  // What a pod gets besides its own settings, in the configuration's order. `user` is
  // NamespaceMode::pod only where hostUsers is false: unset means the host's.
  [[nodiscard]] std::vector<sysctl::Setting> for_pod(const HostNamespaces& host, NamespaceMode user,
                                                     std::span<const sysctl::Setting> own) const;

 private:
  explicit DefaultSysctls(std::vector<sysctl::Setting> settings) : settings_(std::move(settings)) {}

  std::vector<sysctl::Setting> settings_;
};

}  // namespace podsysctl::policy
