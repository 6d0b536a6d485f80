// SPDX-License-Identifier: Apache-2.0
#include "migrate/rest.h"

#include <algorithm>
#include <set>
#include <vector>

#include <fmt/core.h>

#include "base/strings.h"
#include "policy/allowlist.h"
#include "policy/safe_list.h"

namespace podsysctl::migrate {
namespace {

std::string node_text(std::span<const Moved> moved) {
  std::string text;
  std::vector<std::string> seen;
  for (const Moved& workload : moved) {
    for (const NodeSetting& setting : workload.node) {
      const std::string line = fmt::format("{} = {}\n", setting.key.name(), setting.value);
      if (std::ranges::find(seen, line) != seen.end()) {
        continue;
      }
      // Two workloads may want two values: both are shown, a person decides.
      const bool other = std::ranges::any_of(seen, [&](const std::string& earlier) {
        return earlier.starts_with(setting.key.name() + " = ");
      });
      seen.push_back(line);
      text += fmt::format(
          "# {}{}{}\n{}", workload.workload, setting.certain ? "" : ", under a condition",
          other ? ": another value than above, choose one" : "", (other ? "#" : "") + line);
    }
  }
  return text.empty() ? ""
                      : "# Node: /etc/sysctl.d/90-podsysctl.conf, then sysctl --system\n" + text;
}

bool is_safe(const sysctl::SysctlKey& key, policy::KubernetesVersion version) {
  const policy::SafeSysctl* const row = policy::find_safe_sysctl(key.name());
  return row != nullptr && row->since <= version;
}

std::string allow_text(const std::set<std::string>& names, policy::KubernetesVersion version) {
  std::string list;
  const std::vector<std::string> all(names.begin(), names.end());
  for (const std::string& name : all) {
    list += fmt::format("- {}\n", name);
  }
  return fmt::format(
      "# Kubelet: these are not on the safe list of Kubernetes {}. In its configuration\n"
      "apiVersion: kubelet.config.k8s.io/v1beta1\n"
      "kind: KubeletConfiguration\n"
      "allowedUnsafeSysctls:\n{}"
      "# or by a flag: /etc/systemd/system/kubelet.service.d/90-podsysctl.conf\n"
      "[Service]\n"
      "Environment=\"KUBELET_EXTRA_ARGS={}={}\"\n",
      version.to_string(), list, policy::allowlist_flag(version), join(all, ","));
}

std::string docker_text(std::span<const Moved> moved) {
  std::string text;
  for (const Moved& workload : moved) {
    if (workload.pod.all.empty()) {
      continue;
    }
    text += fmt::format("# {}\ndocker run", workload.workload);
    for (const Settings::One& one : workload.pod.all) {
      const bool words = one.value.find_first_of(" \t") != std::string::npos;
      text += fmt::format(" --sysctl {0}{1}={2}{0}", words ? "'" : "", one.key.name(), one.value);
    }
    text += " IMAGE\n";
  }
  return text.empty() ? "" : "# Docker, instead of a kubelet\n" + text;
}

}  // namespace

std::string rest_text(std::span<const Moved> moved, Target target,
                      policy::KubernetesVersion version) {
  std::set<std::string> unsafe;
  for (const Moved& workload : target == Target::field ? moved : std::span<const Moved>()) {
    for (const Settings::One& one : workload.pod.all) {
      if (!is_safe(one.key, version)) {
        unsafe.insert(one.key.name());
      }
    }
  }
  std::vector<std::string> parts{node_text(moved),
                                 unsafe.empty() ? "" : allow_text(unsafe, version),
                                 unsafe.empty() ? "" : docker_text(moved)};
  std::erase(parts, "");
  return join(parts, "\n");
}

}  // namespace podsysctl::migrate
