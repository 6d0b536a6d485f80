// SPDX-License-Identifier: Apache-2.0
#include "sysctl/probe_classify.h"

#include <array>
#include <optional>
#include <set>
#include <utility>

#include <fmt/core.h>

namespace podsysctl::sysctl {
namespace {

using linux::SysctlAccess;
using linux::SysctlLook;

const SysctlLook* look_in(const View& view, const SysctlKey& key) {
  const auto found = view.find(key);
  return found == view.end() ? nullptr : &found->second;
}

bool is_writable(SysctlAccess access) {
  return access == SysctlAccess::read_write || access == SysctlAccess::write_only;
}

// A value that nobody can write (nf_conntrack_count) may change by itself: only presence and access
// tell then.
bool looks_different(const SysctlLook* host, const SysctlLook* fresh) {
  if (host == nullptr || fresh == nullptr) {
    return host != fresh;
  }
  return host->access != fresh->access ||
         (is_writable(host->access) && host->value != fresh->value);
}

// The kinds of namespaces that change how the key looks, each unshared alone.
std::vector<Scope> evidence_for(const SysctlKey& key, const Views& views) {
  const std::array<std::pair<Scope, const View*>, 3> singles{
      {{Scope::net, &views.net}, {Scope::ipc, &views.ipc}, {Scope::uts, &views.uts}}};
  const SysctlLook* const host = look_in(views.host, key);
  std::vector<Scope> kinds;
  for (const auto& [scope, view] : singles) {
    if (looks_different(host, look_in(*view, key))) {
      kinds.push_back(scope);
    }
  }
  return kinds;
}

// Equal defaults leave no evidence: then the name decides.
void settle_scope(ProbedKey& probed, const std::vector<Scope>& evidence) {
  if (evidence.empty() || (evidence.size() == 1 && evidence.front() == probed.scope)) {
    return;
  }
  if (evidence.size() == 1) {
    probed.note = fmt::format("changes with the {} namespace, unlike its name says",
                              to_string(evidence.front()));
    probed.scope = evidence.front();
    return;
  }
  probed.note = "changes with more than one kind of namespace";
}

ProbedKey classify_user(const SysctlKey& key, const Views& views) {
  ProbedKey probed{key, Scope::user, Settability::node_only, "", ""};
  const SysctlLook* const look = look_in(views.user, key);
  if (look == nullptr) {
    probed.note = fmt::format("no user namespace can be made here: {}", views.user_error);
    return probed;
  }
  probed.default_value = look->value;
  probed.settability =
      is_writable(look->access) ? Settability::pod_writable : Settability::pod_read_only;
  probed.note = "only in a pod with a user namespace of its own";
  return probed;
}

ProbedKey classify_one(const SysctlKey& key, const Views& views, KernelVersion kernel) {
  ProbedKey probed{key, scope_of(key), Settability::node_only, "", ""};
  if (probed.scope == Scope::user) {
    return classify_user(key, views);
  }
  const SysctlLook* const in_pod = look_in(views.pod, key);
  if (probed.scope == Scope::node || in_pod == nullptr) {
    probed.scope = Scope::node;
    return probed;
  }
  settle_scope(probed, evidence_for(key, views));
  probed.default_value = in_pod->value;
  if (!is_writable(in_pod->access)) {
    probed.settability = Settability::pod_read_only;
    const SysctlLook* const on_host = look_in(views.host, key);
    if (probed.note.empty() && (on_host == nullptr || !is_writable(on_host->access))) {
      probed.note = "read-only on the host too";
    }
    return probed;
  }
  probed.settability = Settability::pod_writable;
  if (const auto leak = known_leak(key, kernel)) {
    probed.settability = Settability::leaky;
    probed.note = *leak;
  }
  return probed;
}

}  // namespace

std::vector<ProbedKey> classify(const Views& views, KernelVersion kernel) {
  std::set<SysctlKey> names;
  for (const View* const view : {&views.host, &views.pod}) {
    for (const auto& [key, unused] : *view) {
      names.insert(key);
    }
  }
  std::vector<ProbedKey> keys;
  keys.reserve(names.size());
  for (const SysctlKey& key : names) {
    keys.push_back(classify_one(key, views, kernel));
  }
  return keys;
}

}  // namespace podsysctl::sysctl
