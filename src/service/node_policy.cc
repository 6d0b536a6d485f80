// SPDX-License-Identifier: Apache-2.0
#include "service/node_policy.h"

#include <sys/utsname.h>

#include <utility>
#include <vector>

#include "base/strings.h"
#include "check/kubelet_config.h"
#include "image/sha256.h"
#include "linux/file.h"
#include "policy/host_namespaces.h"

namespace podsysctl::service {
namespace {

constexpr std::size_t kMaxConfigBytes = std::size_t{1} << 20U;
constexpr std::size_t kFingerprintDigits = 16;

std::optional<policy::KernelVersion> running_kernel() {
  utsname kernel{};
  if (::uname(&kernel) < 0) {
    return std::nullopt;
  }
  const auto parsed = policy::KernelVersion::parse(kernel.release);
  return parsed ? std::optional(*parsed) : std::nullopt;
}

Result<check::KubeletSysctls> kubelet_sysctls(const std::optional<std::string>& path) {
  if (!path) {
    return check::KubeletSysctls{};
  }
  PSYS_TRY_ASSIGN(const std::string text, linux::read_file(*path, kMaxConfigBytes));
  return check::read_kubelet_config(text, *path);
}

std::string fingerprint_of(const policy::KubernetesVersion& version,
                           const std::vector<std::string>& patterns,
                           const std::vector<policy::DefaultSysctls::Entry>& defaults,
                           const pod::Labels& labels) {
  // Lengths in front: no two lists can make one text.
  std::string text = version.to_string();
  const auto add = [&text](char kind, std::string_view part) {
    text += fmt::format("\n{}{}:{}", kind, part.size(), part);
  };
  for (const std::string& pattern : patterns) {
    add('p', pattern);
  }
  for (const policy::DefaultSysctls::Entry& entry : defaults) {
    add('n', entry.name);
    add('v', entry.value);
  }
  for (const auto& [key, value] : labels) {
    add('k', key);
    add('l', value);
  }
  return std::string(image::hex_of(image::sha256_of(text)).substr(0, kFingerprintDigits));
}

policy::HostNamespaces shared_with_host(const pod::PodSpec& spec) {
  policy::HostNamespaces host;
  if (spec.network == pod::Share::host) {
    host.net = policy::NamespaceMode::host;
  }
  if (spec.ipc == pod::Share::host) {
    host.ipc = policy::NamespaceMode::host;
  }
  return host;
}

}  // namespace

Result<NodePolicy> load_policy(const Config& config) {
  policy::KubernetesVersion version = policy::KubernetesVersion::newest();
  if (config.kubernetes_version) {
    PSYS_TRY_ASSIGN(version, policy::KubernetesVersion::parse(*config.kubernetes_version));
  }
  PSYS_TRY_ASSIGN(const check::KubeletSysctls kubelet, kubelet_sysctls(config.kubelet_config));
  std::vector<std::string> patterns = config.allowed_unsafe;
  for (const check::NodePattern& pattern : kubelet.patterns) {
    patterns.push_back(pattern.text);
  }
  PSYS_TRY_ASSIGN(policy::Allowlist allowlist,
                  policy::Allowlist::create(version, patterns, running_kernel()));
  std::optional<policy::DefaultSysctls> defaults;
  if (!kubelet.defaults.empty()) {
    PSYS_TRY_ASSIGN(policy::DefaultSysctls read,
                    policy::DefaultSysctls::create(version, kubelet.defaults));
    defaults.emplace(std::move(read));
  }
  PSYS_TRY_ASSIGN(pod::Labels labels, pod::host_labels(config.node_labels));
  std::string fingerprint = fingerprint_of(version, patterns, kubelet.defaults, labels);
  return NodePolicy{std::move(allowlist), std::move(defaults), std::move(labels),
                    std::move(fingerprint)};
}

Result<> admit_to_node(const NodePolicy& policy, pod::PodSpec& spec) {
  PSYS_TRY(pod::match_node_selector(spec.node_selector, policy.labels));
  if (policy.defaults) {
    // User namespaces are always the host's here: unset means that.
    const std::vector<sysctl::Setting> more =
        policy.defaults->for_pod(shared_with_host(spec), policy::NamespaceMode::host, spec.sysctls);
    spec.sysctls.insert(spec.sysctls.end(), more.begin(), more.end());
  }
  return {};
}

}  // namespace podsysctl::service
