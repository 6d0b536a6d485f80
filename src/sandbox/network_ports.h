// SPDX-License-Identifier: Apache-2.0
// Which sandbox has which port of the host. The port forwarding of CNI plugins takes a port twice
// without a word (the first rule wins), so claims are kept here: one file per port, beside the
// leases of addresses, for all state folders of this host. Errors: conflict, naming the other pod
// or that a program listens there. Thread-safety: claims are made under a file lock.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "pod/spec.h"

namespace podsysctl::sandbox {

struct PortOwner {
  std::string container_id;
  std::string pod;  // "default/web", for the other pod's message
};

// "tcp"
[[nodiscard]] std::string_view to_string(pod::Protocol protocol) noexcept;

// All of the ports or none. Ports that the owner has already are success.
[[nodiscard]] Result<> claim_host_ports(const std::string& folder, const PortOwner& owner,
                                        const std::vector<pod::Port>& ports);

// All that the sandbox has; none, or no folder, is success.
[[nodiscard]] Result<> release_host_ports(const std::string& folder,
                                          const std::string& container_id);

}  // namespace podsysctl::sandbox
