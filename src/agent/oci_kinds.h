// SPDX-License-Identifier: Apache-2.0
// The kinds of namespaces as the OCI runtime specification names them. Thread-safety: pure
// function.
#pragma once

#include <optional>
#include <string_view>

#include "linux/namespaces.h"

namespace podsysctl::agent {

// Nothing for those that hold no kernel parameters.
[[nodiscard]] constexpr std::optional<linux::NamespaceKind> kind_of(std::string_view oci_type) {
  if (oci_type == "network") {
    return linux::NamespaceKind::net;
  }
  if (oci_type == "ipc") {
    return linux::NamespaceKind::ipc;
  }
  if (oci_type == "uts") {
    return linux::NamespaceKind::uts;
  }
  if (oci_type == "user") {
    return linux::NamespaceKind::user;
  }
  return std::nullopt;
}

}  // namespace podsysctl::agent
