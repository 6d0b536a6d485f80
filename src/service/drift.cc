// SPDX-License-Identifier: Apache-2.0
#include "service/drift.h"

namespace podsysctl::service {

Result<> check_drift(live::DriftWatch& watch, const node::Node& node, const DriftCare& care,
                     Metrics& metrics) {
  const live::Surroundings surroundings{
      .store = &node.store, .root = node.root, .host = node.host, .clock = node.clock};
  const live::DriftOrders orders{
      .what_to_do = [&care](const std::string&, const std::string&) { return care.on_drift; },
      .reason = "the node service repairs drift",
      .first_pause = care.interval};
  PSYS_TRY_ASSIGN(const live::DriftRound round,
                  watch.look(surroundings, orders, std::chrono::steady_clock::now()));
  for (const std::string& key : round.drifted) {
    metrics.drifted(key);
  }
  for (const std::string& key : round.repaired) {
    metrics.repaired(key);
  }
  for (const std::string& key : round.contested) {
    metrics.contested(key);
  }
  for (const std::string& fault : round.faults) {
    node.reporter.warn(fault);
  }
  return {};
}

}  // namespace podsysctl::service
