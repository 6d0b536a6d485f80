// SPDX-License-Identifier: Apache-2.0
#include "node/node.h"

namespace podsysctl::node {

engine::PodPlace place_of(const Node& node, const std::string& uid) {
  return {uid, fmt::format("{}/pods/{}", node.root, uid)};
}

engine::SandboxState sandbox_of(const store::PodRecord& pod) {
  return {.id = pod.sandbox_id,
          .runtime = pod.runtime,
          .process = pod.sandbox_process,
          .namespaces = pod.namespaces,
          .network_record = pod.network_state};
}

}  // namespace podsysctl::node
