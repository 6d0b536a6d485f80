// SPDX-License-Identifier: Apache-2.0
#include "node/node.h"

namespace podsysctl::node {

Result<EngineNode> with_engine(const Node& node, const std::string& name,
                               const std::string& runtime) {
  PSYS_TRY_ASSIGN(engine::Engine * engine, node.engines.open(name, runtime));
  return EngineNode{node, *engine};
}

Result<EngineNode> with_engine_of(const Node& node, const store::PodRecord& pod) {
  return with_engine(node, pod.engine, pod.runtime);
}

engine::PodPlace place_of(const Node& node, const std::string& uid) {
  return {uid, fmt::format("{}/pods/{}", node.root, uid)};
}

engine::SandboxState sandbox_of(const store::PodRecord& pod) {
  return {.id = pod.sandbox_id,
          .runtime_id = pod.runtime_id,
          .runtime = pod.runtime,
          .process = pod.sandbox_process,
          .namespaces = pod.namespaces,
          .network_record = pod.network_state};
}

}  // namespace podsysctl::node
