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

// user.* of a pod without a user namespace of its own are the host's.
ProbedKey classify_user(const SysctlKey& key, const Views& views) {
  ProbedKey probed{.key = key, .scope = Scope::user};
  const SysctlLook* const look = look_in(views.user, key);
  if (look == nullptr) {
    probed.note = fmt::format("no user namespace can be made here: {}", views.user_error);
    return probed;
  }
  probed.default_value = look->value;
  probed.in_user_namespace =
      is_writable(look->access) ? Settability::pod_writable : Settability::pod_read_only;
  probed.note = "only in a pod with a user namespace of its own";
  return probed;
}

// What a pod can do with a key that it sees.
Settability settability_of(const SysctlLook& in_pod, const std::optional<std::string>& leak) {
  if (!is_writable(in_pod.access)) {
    return Settability::pod_read_only;
  }
  return leak ? Settability::leaky : Settability::pod_writable;
}

void add_note(ProbedKey& probed, const Views& views, const std::optional<std::string>& leak) {
  if (probed.settability == Settability::leaky) {
    probed.note = *leak;
    return;
  }
  const SysctlLook* const on_host = look_in(views.host, probed.key);
  const bool host_writes = on_host != nullptr && is_writable(on_host->access);
  if (probed.note.empty() && probed.settability == Settability::pod_read_only && !host_writes) {
    probed.note = "read-only on the host too";
  }
}

ProbedKey classify_one(const SysctlKey& key, const Views& views, KernelVersion kernel) {
  ProbedKey probed{.key = key, .scope = scope_of(key)};
  if (probed.scope == Scope::user) {
    return classify_user(key, views);
  }
  const SysctlLook* const in_pod = look_in(views.pod, key);
  if (probed.scope == Scope::node || in_pod == nullptr) {
    probed.scope = Scope::node;
    probed.in_user_namespace = Settability::node_only;
    return probed;
  }
  settle_scope(probed, evidence_for(key, views));
  probed.default_value = in_pod->value;
  const auto leak = known_leak(key, kernel);
  probed.settability = settability_of(*in_pod, leak);
  // Presence only: who may write there is a matter of the writer's credentials, which we choose.
  probed.in_user_namespace =
      look_in(views.user, key) == nullptr ? Settability::absent : probed.settability;
  add_note(probed, views, leak);
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
