// SPDX-License-Identifier: Apache-2.0
// The sysctls that every kubelet allows without being told: the safe list, by Kubernetes version
// and by kernel. An entry with a kernel minimum is dropped on an older kernel, and where the
// kernel's version cannot be read. Source: the release notes of Kubernetes 1.4 … 1.37; docs "Using
// sysctls in a Kubernetes Cluster". Thread-safety: constant data.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "policy/kubernetes_version.h"

namespace podsysctl::policy {

struct SafeSysctl {
  std::string_view name;
  KubernetesVersion since;
  std::optional<KernelVersion> kernel;  // the oldest kernel that has it per namespace
};

// In upstream's order. A new release adds rows here.
inline constexpr std::array<SafeSysctl, 14> kSafeSysctls{{
    {"kernel.shm_rmid_forced", KubernetesVersion::release(4), std::nullopt},
    {"net.ipv4.ip_local_port_range", KubernetesVersion::release(4), std::nullopt},
    {"net.ipv4.tcp_syncookies", KubernetesVersion::release(4), std::nullopt},
    {"net.ipv4.ping_group_range", KubernetesVersion::release(18), std::nullopt},
    {"net.ipv4.ip_unprivileged_port_start", KubernetesVersion::release(22), std::nullopt},
    {"net.ipv4.ip_local_reserved_ports", KubernetesVersion::release(27), KernelVersion(3, 16)},
    {"net.ipv4.tcp_keepalive_time", KubernetesVersion::release(29), KernelVersion(4, 5)},
    {"net.ipv4.tcp_fin_timeout", KubernetesVersion::release(29), KernelVersion(4, 6)},
    {"net.ipv4.tcp_keepalive_intvl", KubernetesVersion::release(29), KernelVersion(4, 5)},
    {"net.ipv4.tcp_keepalive_probes", KubernetesVersion::release(29), KernelVersion(4, 5)},
    {"net.ipv4.tcp_rmem", KubernetesVersion::release(32), KernelVersion(4, 15)},
    {"net.ipv4.tcp_wmem", KubernetesVersion::release(32), KernelVersion(4, 15)},
    {"net.ipv4.tcp_slow_start_after_idle", KubernetesVersion::release(37), KernelVersion(4, 15)},
    {"net.ipv4.tcp_notsent_lowat", KubernetesVersion::release(37), KernelVersion(4, 6)},
}};

// The names that count as safe; `kernel` is empty where it cannot be read or parsed.
[[nodiscard]] std::vector<std::string_view> safe_sysctls(
    KubernetesVersion version, const std::optional<KernelVersion>& kernel);

// The row of a canonical name, whatever the version; nullptr where no version counts it as safe.
[[nodiscard]] const SafeSysctl* find_safe_sysctl(std::string_view name) noexcept;

}  // namespace podsysctl::policy
