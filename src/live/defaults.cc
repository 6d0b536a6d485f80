// SPDX-License-Identifier: Apache-2.0
#include "live/defaults.h"

#include <utility>
#include <vector>

#include "linux/fresh_namespaces.h"
#include "linux/proc_sys.h"
#include "linux/worker_thread.h"
#include "sysctl/probe_cache.h"
#include "sysctl/scope.h"
#include "sysctl/value.h"

namespace podsysctl::live {
namespace {

using sysctl::ProbedKey;
using sysctl::ProbeReport;
using sysctl::Scope;
using sysctl::SysctlKey;

using Values = std::map<SysctlKey, std::string>;

// The key itself, then the one that a new interface gets its value from: family_of() ends with it.
std::vector<SysctlKey> places_of(const SysctlKey& key) {
  std::vector<SysctlKey> places{key};
  const std::vector<SysctlKey> family = sysctl::family_of(key);
  if (!family.empty()) {
    places.push_back(family.back());
  }
  return places;
}

Values from_report(std::span<const SysctlKey> keys, const ProbeReport& report) {
  Values values;
  for (const SysctlKey& key : keys) {
    for (const SysctlKey& place : places_of(key)) {
      const ProbedKey* const probed = sysctl::find(report, place);
      if (probed != nullptr && probed->settability != sysctl::Settability::node_only) {
        values.emplace(key, sysctl::normalise(probed->default_value));
        break;
      }
    }
  }
  return values;
}

Result<Values> read_all(std::span<const SysctlKey> keys, const linux::ProcSys& proc_sys) {
  PSYS_TRY(linux::unshare_namespaces(linux::kPodNamespaces));
  Values values;
  for (const SysctlKey& key : keys) {
    // This thread is in no fresh user namespace, and the node's keys have no fresh value.
    const Scope scope = scope_of(key);
    if (scope == Scope::user || scope == Scope::node) {
      continue;
    }
    for (const SysctlKey& place : places_of(key)) {
      const auto file = proc_sys.open_key(place.path(), linux::ProcSysAccess::read);
      const Result<std::string> value = file ? file->read() : std::unexpected(file.error());
      if (value) {
        values.emplace(key, sysctl::normalise(*value));
        break;
      }
    }
  }
  return values;
}

}  // namespace

Result<Values> fresh_values(std::span<const SysctlKey> keys, const std::string& root) {
  if (const auto report = sysctl::look_up_cached(root, keys)) {
    return from_report(keys, *report);
  }
  PSYS_TRY_ASSIGN(const linux::ProcSys proc_sys, linux::ProcSys::open());
  Result<Values> values;
  linux::WorkerThread worker;
  worker.call([&] { values = read_all(keys, proc_sys); });
  return values;
}

}  // namespace podsysctl::live
