// SPDX-License-Identifier: Apache-2.0
#include "oci/sharing.h"

namespace podsysctl::oci {
namespace {

using linux::Namespace;
using linux::NamespaceKind;
using policy::NamespaceMode;

Result<NamespaceMode> mode_of(const Spec& spec, Role role, NamespaceKind kind,
                              const linux::HostNamespaces& host) {
  const NamespacePlace* const place = spec.find(kind);
  if (place == nullptr) {
    return NamespaceMode::host;
  }
  if (place->path.empty()) {
    return NamespaceMode::pod;
  }
  PSYS_TRY_ASSIGN(const Namespace ns, Namespace::from_path(place->path, kind));
  if (host.contains(ns)) {
    return NamespaceMode::host;
  }
  const bool of_process = place->path.starts_with("/proc/");
  return role == Role::single && of_process ? NamespaceMode::joined : NamespaceMode::pod;
}

}  // namespace

NamespaceMode Sharing::of(sysctl::Scope scope) const noexcept {
  switch (scope) {
    case sysctl::Scope::net:
      return net;
    case sysctl::Scope::ipc:
      return ipc;
    case sysctl::Scope::uts:
      return uts;
    case sysctl::Scope::user:
      return user;
    case sysctl::Scope::node:
      break;
  }
  return NamespaceMode::host;
}

Result<Sharing> sharing_of(const Spec& spec, Role role, const linux::HostNamespaces& host) {
  Sharing sharing;
  PSYS_TRY_ASSIGN(sharing.net, mode_of(spec, role, NamespaceKind::net, host));
  PSYS_TRY_ASSIGN(sharing.ipc, mode_of(spec, role, NamespaceKind::ipc, host));
  PSYS_TRY_ASSIGN(sharing.uts, mode_of(spec, role, NamespaceKind::uts, host));
  PSYS_TRY_ASSIGN(sharing.user, mode_of(spec, role, NamespaceKind::user, host));
  return sharing;
}

}  // namespace podsysctl::oci
