// SPDX-License-Identifier: Apache-2.0
#include "engine/embedded/sandbox_parts.h"

#include <utility>

namespace podsysctl::engine {
namespace {

using linux::NamespaceKind;
using store::Stage;

sandbox::NetworkRequest network_request(const SandboxRequest& request,
                                        const sandbox::Sandbox& sandbox) {
  sandbox::NetworkRequest network{.container_id = request.id,
                                  .netns_path = sandbox.folder + "/net",
                                  .pod_namespace = request.pod.namespace_,
                                  .pod_name = request.pod.name,
                                  .pod_uid = request.place.uid,
                                  .annotations = request.pod.annotations};
  for (const pod::Container& container : request.pod.containers) {
    network.ports.insert(network.ports.end(), container.ports.begin(), container.ports.end());
  }
  return network;
}

}  // namespace

sandbox::SandboxSpec sandbox_spec(const SandboxRequest& request, const SandboxHome& home) {
  using sandbox::Ownership;
  const bool host_network = request.network == sandbox::NetworkMode::host;
  return {.id = request.id,
          .run_folder = home.run_folder,
          .pause_program = home.pause_program,
          .hostname = request.pod.hostname.empty() ? request.pod.name : request.pod.hostname,
          .net = host_network ? Ownership::host : Ownership::own,
          .ipc = request.pod.ipc == pod::Share::host ? Ownership::host : Ownership::own,
          .uts = host_network ? Ownership::host : Ownership::own,
          .share_process_namespace = request.pod.share_process_namespace,
          .hidden = home.hidden};
}

std::vector<store::NamespaceRecord> namespaces_of(const sandbox::Sandbox& sandbox) {
  std::vector<store::NamespaceRecord> records;
  for (const NamespaceKind kind :
       {NamespaceKind::net, NamespaceKind::ipc, NamespaceKind::uts, NamespaceKind::pid}) {
    const auto pin = sandbox.pin(kind);
    // A pid namespace of its own belongs to each container where the pod does not share one.
    if (pin || kind != NamespaceKind::pid) {
      records.push_back({std::string(to_string(kind)), pin.value_or("host")});
    }
  }
  return records;
}

Result<> connect_sandbox(const SandboxRequest& request, const sandbox::Sandbox& sandbox,
                         const PodFolders& folders, SandboxState& state, Journal& journal) {
  sandbox::NetworkAttachment attachment;
  if (request.network == sandbox::NetworkMode::bridge) {
    PSYS_TRY_ASSIGN(sandbox::PreparedNetwork prepared,
                    sandbox::prepare_network({}, network_request(request, sandbox)));
    state.network_record = std::move(prepared.record);
    state.notices = std::move(prepared.notices);
    PSYS_TRY(journal.save(Stage::network, state));
    PSYS_TRY_ASSIGN(attachment, sandbox::attach_network(state.network_record));
    state.network_record = attachment.record;
    state.addresses = attachment.addresses;
    PSYS_TRY(journal.save(Stage::network, state));
  }
  return write_etc_files(request, folders, attachment);
}

}  // namespace podsysctl::engine
