// SPDX-License-Identifier: Apache-2.0
#include "sandbox/network_removal.h"

#include <chrono>
#include <string>
#include <utility>

#include "linux/namespaces.h"
#include "linux/spawn.h"
#include "sandbox/cni_client.h"
#include "sandbox/cni_result.h"
#include "sandbox/network_builtin.h"
#include "sandbox/network_recovery.h"

namespace podsysctl::sandbox {
namespace {

// True while a rule of the host's packet filter names the sandbox in its comment, as the plugins
// that come with CNI write it.
bool has_rules_of(const std::string& container_id) {
  constexpr std::chrono::milliseconds kLimit{10'000};
  for (const char* const program : {"iptables", "ip6tables"}) {
    linux::Command command;
    command.program = program;
    command.args = {"-w", "5", "-t", "nat", "-S"};
    const auto listed = linux::run(std::move(command), "", kLimit, std::size_t{64} << 20U);
    if (listed && listed->out.find(container_id) != std::string::npos) {
      return true;
    }
  }
  return false;
}

// Plugins find the packet filter rules of a sandbox by the interface inside it. Without that they
// are shown one that looks the same.
Result<> delete_with_stand_in(const CniClient& client, CniRecord known) {
  PSYS_TRY_ASSIGN(const CniResult result,
                  parse_cni_result(known.result, known.network.plugins.back().type));
  if (result.addresses.empty() || !has_rules_of(known.target.container_id)) {
    return {};
  }
  PSYS_TRY_ASSIGN(const StandIn stand_in,
                  StandIn::create(known.target.interface, result.addresses));
  known.target.netns_path = stand_in.path();
  return client.del(known.network, known.target, known.result);
}

}  // namespace

Result<> remove_from_network(CniRecord record) {
  const CniClient client(record.plugin_dirs);
  const auto netns =
      linux::Namespace::from_path(record.target.netns_path, linux::NamespaceKind::net);
  std::string seen;
  if (netns) {
    PSYS_TRY_ASSIGN(seen, observed_result(*netns, record.network, record.target));
  } else {
    record.target.netns_path.clear();  // the specification's way to say that it is gone
  }
  if (record.result.empty()) {
    record.result = seen;
  }
  Result<> removed = client.del(record.network, record.target, record.result);
  if (!removed || !seen.empty() || record.result.empty() || goes_with_namespace(record.network)) {
    return removed;
  }
  // The interface had gone before: with its namespace, or by a DEL that was killed halfway.
  return delete_with_stand_in(client, record);
}

}  // namespace podsysctl::sandbox
