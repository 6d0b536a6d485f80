// SPDX-License-Identifier: Apache-2.0
#include "live/values.h"

#include <algorithm>
#include <map>
#include <utility>

#include "linux/proc_sys.h"
#include "live/defaults.h"
#include "live/managed.h"
#include "sysctl/probe_cache.h"
#include "sysctl/reader.h"
#include "sysctl/value.h"

namespace podsysctl::live {
namespace {

using sysctl::Glance;
using sysctl::Scope;
using sysctl::SysctlKey;

std::optional<std::string> read_here(const linux::ProcSys& proc_sys, const SysctlKey& key) {
  const auto file = proc_sys.open_key(key.path(), linux::ProcSysAccess::read);
  if (!file) {
    return std::nullopt;
  }
  const auto value = file->read();
  return value ? std::optional(sysctl::normalise(*value)) : std::nullopt;
}

// Whatever stands in the way of one value leaves the others.
void take_value(SeenValue& seen, const Result<std::string>& value) {
  if (value) {
    seen.value = sysctl::normalise(*value);
  } else if (value.error().code == Code::not_found) {
    seen.remark = seen.host ? "it does not see this key: the node's value holds there"
                            : "this kernel does not have it";
  } else {
    seen.remark = value.error().message;
  }
}

// What another user namespace counts is only seen by its own root.
Result<> read_user_keys(const FoundTarget& target, std::vector<SeenValue>& rows) {
  const auto of_user = [](const SeenValue& row) { return scope_of(row.key) == Scope::user; };
  if (!target.owns(Scope::user) || std::ranges::none_of(rows, of_user)) {
    return {};
  }
  PSYS_TRY_ASSIGN(sysctl::SysctlWriter writer, sysctl::SysctlWriter::open());
  return writer.visit(target.namespaces, [&](sysctl::SysctlTree& tree) {
    for (SeenValue& row : rows) {
      if (of_user(row)) {
        take_value(row, tree.read(row.key));
      }
    }
  });
}

Result<> read_values(const FoundTarget& target, std::vector<SeenValue>& rows) {
  PSYS_TRY_ASSIGN(sysctl::SysctlReader reader, sysctl::SysctlReader::open());
  const Result<> looked = reader.run([&](Glance& glance) -> Result<> {
    PSYS_TRY(glance.join(target.namespaces));
    for (SeenValue& row : rows) {
      const Scope scope = scope_of(row.key);
      if (target.owns(scope) && scope != Scope::user) {
        take_value(row, glance.read(row.key));
      }
    }
    return {};
  });
  PSYS_TRY(looked);
  return read_user_keys(target, rows);
}

// A namespace that the target shares with the host has the host's values.
void share_host_values(const FoundTarget& target, std::vector<SeenValue>& rows) {
  for (SeenValue& row : rows) {
    const Scope scope = scope_of(row.key);
    if (target.owns(scope)) {
      continue;
    }
    row.remark = target.why_not_own(scope);
    if (target.form != TargetForm::netns || scope == Scope::node) {
      row.value = row.host;
    }
  }
}

// The keys of the target's own namespaces.
Result<std::vector<SysctlKey>> keys_of(const FoundTarget& target) {
  PSYS_TRY_ASSIGN(sysctl::SysctlReader reader, sysctl::SysctlReader::open());
  std::vector<SysctlKey> keys;
  const Result<> looked = reader.run([&](Glance& glance) -> Result<> {
    PSYS_TRY(glance.join(target.namespaces));
    PSYS_TRY_ASSIGN(keys, glance.list());
    return {};
  });
  PSYS_TRY(looked);
  std::erase_if(keys, [&target](const SysctlKey& key) { return !target.owns(scope_of(key)); });
  std::ranges::sort(keys);
  return keys;
}

bool is_writable(const sysctl::ProbeReport& report, const SysctlKey& key, Scope scope) {
  const sysctl::ProbedKey* const probed = sysctl::find_or_family(report, key);
  if (probed == nullptr) {
    return false;
  }
  const auto settability = scope == Scope::user ? probed->in_user_namespace : probed->settability;
  return settability == sysctl::Settability::pod_writable;
}

}  // namespace

bool SeenValue::differs() const {
  return value && fresh && !sysctl::same_value(key, *fresh, *value);
}

std::optional<std::string> value_here(const SysctlKey& key) {
  const auto proc_sys = linux::ProcSys::open_to_read();
  return proc_sys ? read_here(*proc_sys, key) : std::nullopt;
}

Result<std::vector<SeenValue>> look_at(const FoundTarget& target, std::span<const SysctlKey> keys,
                                       const Surroundings& surroundings) {
  PSYS_TRY_ASSIGN(const linux::ProcSys proc_sys, linux::ProcSys::open_to_read());
  PSYS_TRY_ASSIGN(const auto fresh, fresh_values(keys, surroundings.root));
  PSYS_TRY_ASSIGN(const auto origins, origins_of(target, surroundings));
  std::vector<SeenValue> rows;
  rows.reserve(keys.size());
  for (const SysctlKey& key : keys) {
    const auto known = fresh.find(key);
    const auto origin = origins.find(key.name());
    rows.push_back({.key = key,
                    .fresh = known == fresh.end() ? std::nullopt : std::optional(known->second),
                    .host = read_here(proc_sys, key),
                    .origin = origin == origins.end() ? "" : origin->second});
  }
  PSYS_TRY(read_values(target, rows));
  share_host_values(target, rows);
  return rows;
}

Result<> check_known(std::span<const SeenValue> rows, const FoundTarget& target) {
  for (const SeenValue& row : rows) {
    if (!row.value && !row.host) {
      const std::string& name = row.key.name();
      return Error::of(Code::not_found,
                       "neither {} nor the host has a value of {}: check the name (podsysctl "
                       "catalog {}), or load the kernel module that has it",
                       target.description, name, name.substr(0, name.rfind('.') + 1));
    }
  }
  return {};
}

Result<std::vector<SeenValue>> look_around(const FoundTarget& target, Which which,
                                           const Surroundings& surroundings) {
  PSYS_TRY_ASSIGN(std::vector<SysctlKey> keys, keys_of(target));
  if (which == Which::changed) {
    PSYS_TRY_ASSIGN(const sysctl::ProbeReport report, sysctl::probe_cached(surroundings.root));
    std::erase_if(
        keys, [&report](const SysctlKey& key) { return !is_writable(report, key, scope_of(key)); });
  }
  PSYS_TRY_ASSIGN(std::vector<SeenValue> rows, look_at(target, keys, surroundings));
  if (which == Which::changed) {
    std::erase_if(rows, [](const SeenValue& row) { return !row.differs(); });
  }
  return rows;
}

}  // namespace podsysctl::live
