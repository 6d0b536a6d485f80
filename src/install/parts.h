// SPDX-License-Identifier: Apache-2.0
// Which files each way into a runtime needs on a node, and where runtimes look for them: a CNI
// plugin, an OCI hook with its description (oci-hooks(5)), an NRI plugin that the runtime starts
// itself. Errors: not_found for a program that is not in the folder. Thread-safety: no shared
// state.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "install/node_files.h"

namespace podsysctl::install {

enum class Part : std::uint8_t { cni, hook, nri };

// Folders, on the node.
struct Places {
  std::string cni = "/opt/cni/bin";
  std::string nri = "/opt/nri/plugins";
  std::string hooks = "/etc/containers/oci/hooks.d";
  std::string programs = "/opt/podsysctl/bin";  // of ours that no runtime looks for by itself
};

// `source` is the folder of the running program.
[[nodiscard]] Result<std::vector<NodeFile>> files_of(Part part, const std::string& source,
                                                     const Places& places);

}  // namespace podsysctl::install
