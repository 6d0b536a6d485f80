// SPDX-License-Identifier: Apache-2.0
#include "enforce/kernel_rules.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "base/strings.h"
#include "sysctl/catalog.h"
#include "sysctl/value.h"

namespace podsysctl::enforce {
namespace {

using policy::Verdict;
using sysctl::ProbedKey;
using sysctl::ProbeReport;
using sysctl::Settability;
using sysctl::SysctlKey;

constexpr std::array<std::string_view, 3> kMayComeWithTheNetwork{"net.netfilter.", "net.nf_",
                                                                 "net.bridge."};

// "The host" may itself be a container's network namespace.
constexpr std::string_view kHintReadOnlyEverywhere =
    "it is read-only on this host too: where it can be set at all, that is on the machine itself "
    "with sysctl(8)";

bool may_come_with_the_network(const SysctlKey& key) {
  return std::ranges::any_of(kMayComeWithTheNetwork, [&key](std::string_view start) {
    return key.name().starts_with(start);
  });
}

// "6.18" of "6.18.44-fc-v657"; the release as it is where that is no version.
std::string series_of(const ProbeReport& report) {
  const auto kernel = sysctl::kernel_version(report.kernel_release, "");
  return kernel ? fmt::format("{}.{}", kernel->major, kernel->minor) : report.kernel_release;
}

// From which kernel on a pod has its own, where that is a later one than this; else "".
std::string later_kernel(const SysctlKey& key, const ProbeReport& report) {
  const sysctl::Entry* const entry = sysctl::find_entry(key);
  if (entry == nullptr || entry->namespaced_since.empty()) {
    return "";
  }
  const auto since = sysctl::kernel_version(entry->namespaced_since, "");
  const auto running = sysctl::kernel_version(report.kernel_release, "");
  return since && running && *running < *since ? std::string(entry->namespaced_since) : "";
}

std::string hint_for_node_value(const SysctlKey& key, const ProbeReport& report) {
  const std::string later = later_kernel(key, report);
  return fmt::format(
      "all pods of this node share its value: set it on the node with sysctl(8){}",
      later.empty() ? "" : fmt::format("; a pod has its own from Linux {} on", later));
}

// The folder of keys beside it: what to look for a misspelt one in.
std::string hint_for_absent(const SysctlKey& key, const ProbeReport& report) {
  if (const std::string later = later_kernel(key, report); !later.empty()) {
    return fmt::format("a pod has it from Linux {} on", later);
  }
  const std::string& name = key.name();
  return fmt::format("check the name (podsysctl catalog {}), or load the kernel module that has it",
                     name.substr(0, name.rfind('.') + 1));
}

Verdict forbidden(const SysctlKey& key, std::string_view what, const ProbeReport& report,
                  std::string hint) {
  return Verdict::forbidden(
      key.name(), policy::kSysctlForbidden,
      fmt::format("forbidden sysctl: \"{}\" {} on Linux {}", key.name(), what, series_of(report)),
      std::move(hint));
}

Verdict forbidden_leak(const SysctlKey& key, std::string_view why) {
  return Verdict::forbidden(
      key.name(), policy::kSysctlForbidden,
      fmt::format("forbidden sysctl: \"{}\" leaks to the host on this kernel", key.name()),
      fmt::format("a write in a pod would change the host's value; {}", why));
}

}  // namespace

std::optional<Verdict> leak_verdict(const SysctlKey& key, sysctl::KernelVersion kernel) {
  const auto leak = sysctl::known_leak(key, kernel);
  return leak ? std::optional(forbidden_leak(key, *leak)) : std::nullopt;
}

std::optional<Verdict> probe_verdict(const sysctl::Setting& setting, const ProbeReport& report,
                                     PodNetwork network) {
  const SysctlKey& key = setting.key;
  const ProbedKey* const probed = sysctl::find_or_family(report, key);
  if (probed == nullptr) {
    return network == PodNetwork::to_be_made && may_come_with_the_network(key)
               ? std::nullopt
               : std::optional(
                     forbidden(key, "does not exist", report, hint_for_absent(key, report)));
  }
  switch (probed->settability) {
    case Settability::pod_read_only:
      if (sysctl::same_value(key, setting.value, probed->default_value)) {
        return std::nullopt;
      }
      return forbidden(key, "is read-only in a pod", report,
                       probed->note.empty() ? hint_for_node_value(key, report)
                                            : std::string(kHintReadOnlyEverywhere));
    case Settability::node_only:
    case Settability::absent:
      return forbidden(key, "does not exist in a pod", report, hint_for_node_value(key, report));
    case Settability::leaky:
      return forbidden_leak(key, probed->note);
    case Settability::pod_writable:
      break;
  }
  return std::nullopt;
}

std::vector<Verdict> probe_verdicts(std::span<const sysctl::Setting> settings,
                                    const ProbeReport& report, PodNetwork network) {
  std::vector<Verdict> verdicts;
  for (const sysctl::Setting& setting : settings) {
    if (auto verdict = probe_verdict(setting, report, network)) {
      verdicts.push_back(*std::move(verdict));
    }
  }
  return verdicts;
}

}  // namespace podsysctl::enforce
