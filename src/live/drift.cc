// SPDX-License-Identifier: Apache-2.0
#include "live/drift.h"

#include <algorithm>
#include <array>
#include <utility>

#include "linux/process.h"
#include "live/managed.h"
#include "sysctl/value.h"

namespace podsysctl::live {
namespace {

using linux::Namespace;
using linux::NamespaceKind;
using store::ManagedPod;
using store::SettingRecord;
using sysctl::Glance;
using sysctl::SysctlKey;

void compare(const SettingRecord& setting, Glance& glance, TargetDrift& target) {
  ++target.checked;
  const Result<SysctlKey> key = SysctlKey::parse(setting.name);
  const Result<std::string> now = key ? glance.read(*key) : std::unexpected(key.error());
  if (!now) {
    target.drifted.push_back({setting, {}, now.error().message});
    return;
  }
  if (*now != setting.requested && !sysctl::same_value(*key, setting.requested, *now)) {
    target.drifted.push_back({setting, sysctl::normalise(*now), ""});
  } else if (setting.drifted) {
    target.recovered.push_back(setting);
  }
}

void compare_all(const std::vector<SettingRecord>& settings, Glance& glance, TargetDrift& target) {
  for (const SettingRecord& setting : settings) {
    if (is_in_force(setting)) {
      compare(setting, glance, target);
    }
  }
}

bool needs(const ManagedPod& pod, NamespaceKind kind) {
  return std::ranges::any_of(pod.settings, [kind](const SettingRecord& setting) {
    const auto key = SysctlKey::parse(setting.name);
    return is_in_force(setting) && key && to_string(scope_of(*key)) == to_string(kind);
  });
}

// A pin is the namespace itself; a path below /proc is only as good as its process.
Result<Namespace> open_namespace(const ManagedPod& pod, const store::NamespaceRecord& record,
                                 NamespaceKind kind) {
  if (!record.path.starts_with("/proc/")) {
    return Namespace::from_path(record.path, kind);
  }
  PSYS_TRY_ASSIGN(Namespace ns, Namespace::of_process(pod.sandbox_process.pid, kind));
  if (!linux::is_alive(pod.sandbox_process)) {
    return Error::of(Code::not_found, "its sandbox has ended");
  }
  return ns;
}

// Every namespace that a setting of the pod lives in: what is not joined would be read on the host.
Result<> join_namespaces(const ManagedPod& pod, Glance& glance, const linux::HostNamespaces& host) {
  for (const NamespaceKind kind : linux::kPodNamespaces) {
    if (!needs(pod, kind)) {
      continue;
    }
    const auto record =
        std::ranges::find(pod.namespaces, to_string(kind), &store::NamespaceRecord::kind);
    if (record == pod.namespaces.end()) {
      return Error::of(Code::not_found, "its {} namespace is not on record", to_string(kind));
    }
    if (record->path == "host") {
      return Error::of(Code::denied_by_policy, "its {} namespace is the host's", record->kind);
    }
    PSYS_TRY_ASSIGN(const Namespace ns, open_namespace(pod, *record, kind));
    if (host.contains(ns)) {
      return Error::of(Code::denied_by_policy, "its {} namespace is the host's", record->kind);
    }
    PSYS_TRY(glance.join(ns));
  }
  return {};
}

}  // namespace

Result<DriftChecker> DriftChecker::open() {
  PSYS_TRY_ASSIGN(sysctl::SysctlReader reader, sysctl::SysctlReader::open());
  PSYS_TRY_ASSIGN(linux::HostNamespaces host, linux::HostNamespaces::read());
  return DriftChecker(std::move(reader), std::move(host));
}

Result<std::vector<TargetDrift>> DriftChecker::check_all(store::Store& store) {
  PSYS_TRY_ASSIGN(const std::vector<ManagedPod> pods, store.managed_pods());
  std::vector<TargetDrift> targets;
  targets.reserve(pods.size());
  const Result<> looked = reader_.run([&](Glance& glance) -> Result<> {
    for (const ManagedPod& pod : pods) {
      TargetDrift target{.name = fmt::format("{}/{}", pod.namespace_, pod.name),
                         .pod_uid = pod.uid,
                         .pod = {"Pod", pod.namespace_, pod.name, pod.uid}};
      if (const Result<> joined = join_namespaces(pod, glance, host_)) {
        compare_all(pod.settings, glance, target);
      } else if (!linux::is_alive(pod.sandbox_process)) {
        continue;  // it has ended; the next command that looks at pods records that
      } else {
        target.failure = joined.error();
      }
      targets.push_back(std::move(target));
    }
    return {};
  });
  PSYS_TRY(looked);
  return targets;
}

Result<TargetDrift> DriftChecker::check(const FoundTarget& found,
                                        const Surroundings& surroundings) {
  PSYS_TRY_ASSIGN(const auto settings, managed_settings(found, surroundings));
  TargetDrift target{.name = found.name, .pod_uid = found.pod_uid, .pod = found.pod};
  const Result<> looked = reader_.run([&](Glance& glance) -> Result<> {
    PSYS_TRY(glance.join(found.namespaces));
    compare_all(settings, glance, target);
    return {};
  });
  PSYS_TRY(looked);
  return target;
}

}  // namespace podsysctl::live
