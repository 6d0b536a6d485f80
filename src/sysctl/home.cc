// SPDX-License-Identifier: Apache-2.0
#include "sysctl/home.h"

#include <utility>

namespace podsysctl::sysctl {

using linux::Namespace;
using linux::NamespaceKind;

Result<Home> Home::of_this_thread() {
  PSYS_TRY_ASSIGN(Namespace net, Namespace::own(NamespaceKind::net));
  PSYS_TRY_ASSIGN(Namespace ipc, Namespace::own(NamespaceKind::ipc));
  PSYS_TRY_ASSIGN(Namespace uts, Namespace::own(NamespaceKind::uts));
  return Home{std::move(net), std::move(ipc), std::move(uts)};
}

Result<> Home::enter() const {
  PSYS_TRY(net.enter());
  PSYS_TRY(ipc.enter());
  return uts.enter();
}

}  // namespace podsysctl::sysctl
