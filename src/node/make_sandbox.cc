// SPDX-License-Identifier: Apache-2.0
#include "node/make_sandbox.h"

#include "base/fault_point.h"
#include "enforce/handover.h"
#include "node/facts.h"
#include "node/kept_spec.h"
#include "pod/runtime_facts.h"

namespace podsysctl::node {
namespace {

using pod::PodSpec;
using store::PodRecord;
using store::Stage;

// Keeps what the engine makes in the pod's record.
class RecordJournal final : public engine::Journal {
 public:
  RecordJournal(const Node& node, std::string uid) : node_(node), uid_(std::move(uid)) {}

  Result<> save(Stage stage, const engine::SandboxState& state) override {
    PSYS_TRY(node_.store.modify_pod(uid_, [&](PodRecord& record) -> Result<> {
      record.stage = stage;
      record.sandbox_process = state.process;
      record.runtime_id = state.runtime_id;
      record.network_state = state.network_record;
      return {};
    }));
    if (!state.namespaces.empty() && !namespaces_saved_) {
      PSYS_TRY(node_.store.put_namespaces(uid_, state.namespaces));
      namespaces_saved_ = true;
    }
    // "saved-sandbox-1" before the sandbox is made, "-2" after, and so on.
    fault_point(fmt::format("saved-{}-{}", to_string(stage), ++saves_));
    return {};
  }

 private:
  const Node& node_;
  std::string uid_;
  bool namespaces_saved_ = false;
  int saves_ = 0;
};

// Its first address without the prefix length; "" where it has no network.
std::string address_of(const engine::SandboxState& state) {
  return state.addresses.empty() ? "" : state.addresses[0].substr(0, state.addresses[0].find('/'));
}

Result<> keep_spec(const Node& node, const std::string& uid, const Source& source,
                   const engine::SandboxState& state) {
  PSYS_TRY(node.store.modify_pod(uid, [&](PodRecord& record) -> Result<> {
    record.spec = to_text({source.manifest, address_of(state)});
    return {};
  }));
  return {};
}

}  // namespace

Result<> make_sandbox(const EngineNode& node, const PodRecord& pod, PodSpec& spec,
                      const LaunchOptions& options) {
  RecordJournal journal(node, pod.uid);
  const engine::SandboxRequest request{.place = place_of(node, pod.uid),
                                       .id = pod.sandbox_id,
                                       .pod = spec,
                                       .network = options.network,
                                       .joined = options.joined,
                                       .shape = options.door == enforce::Door::flags
                                                    ? engine::Shape::one_container
                                                    : engine::Shape::pod,
                                       .runtime_handler = options.runtime_handler,
                                       .settings_for_runtime = enforce::for_runtime(spec.sysctls)};
  PSYS_TRY_ASSIGN(const engine::SandboxState state, node.engine.make_sandbox(request, journal));
  for (const std::string& notice : state.notices) {
    node.reporter.warn(notice);
  }
  pod::fill_in(spec, facts_of(node, pod, address_of(state), spec.network));
  return options.source ? keep_spec(node, pod.uid, *options.source, state) : Result<>{};
}

}  // namespace podsysctl::node
