// SPDX-License-Identifier: Apache-2.0
#include "agent/exposition.h"

#include <array>
#include <utility>

namespace podsysctl::agent {
namespace {

using api::label;
using api::MetricsText;

void add_doors(MetricsText& out, const std::vector<DoorState>& doors) {
  const auto labels = [](const DoorState& door) {
    return label("door", door.kind) + "," + label("address", door.address);
  };
  out.begin("agent_door_connected", "gauge", "Whether the door's runtime is there.");
  for (const DoorState& door : doors) {
    out.sample(labels(door), door.connected ? 1 : 0);
  }
  out.begin("agent_door_connections_total", "counter", "Connections to the door's runtime.");
  for (const DoorState& door : doors) {
    out.sample(labels(door), static_cast<double>(door.connections));
  }
}

void add_sandboxes(MetricsText& out, const Standing& pods) {
  out.begin("agent_sandboxes", "gauge", "Sandboxes that are there now, by what became of them.");
  for (const Outcome outcome : {Outcome::nothing, Outcome::applied, Outcome::unchanged,
                                Outcome::repaired, Outcome::degraded}) {
    out.sample(label("outcome", to_string(outcome)),
               static_cast<double>(pods.sandboxes.at(static_cast<std::size_t>(outcome))));
  }
  static constexpr std::array<std::pair<Outcome, std::uint64_t Counters::*>, 5> kCounters{
      {{Outcome::applied, &Counters::applied},
       {Outcome::unchanged, &Counters::unchanged},
       {Outcome::repaired, &Counters::repaired},
       {Outcome::degraded, &Counters::degraded},
       {Outcome::rejected, &Counters::rejected}}};
  out.begin("agent_sandboxes_handled_total", "counter",
            "Starts and reviews of sandboxes that asked for something, by what came of them.");
  for (const auto& [door, counters] : pods.by_door) {
    for (const auto& [outcome, counter] : kCounters) {
      out.sample(label("door", door) + "," + label("outcome", to_string(outcome)),
                 static_cast<double>(counters.*counter));
    }
  }
  out.histogram("agent_start_seconds", "How long a runtime waited for the agent's answer.",
                pods.starts);
  out.single("agent_late_answers_total", "counter", "Answers that a runtime did not wait for.",
             pods.late);
  out.single("agent_reviews_waiting", "gauge", "Sandboxes that are to be looked at again.",
             pods.waiting);
}

void add_policy(MetricsText& out, const PolicyState& policy) {
  out.single("policy_generation", "gauge", "Grows by one with each set of policies in force.",
             policy.generation);
  out.single("policy_reload_failures_total", "counter",
             "Sets of policies that were refused; the former set stayed in force.",
             policy.failures);
}

void add_drift(MetricsText& out, const DriftCounts& drift) {
  out.by_sysctl("sysctl_drifts_total", "Settings found changed by somebody else.", drift.drifted);
  out.by_sysctl("sysctl_repairs_total", "Drifted settings put into force again.", drift.repaired);
  out.by_sysctl("sysctl_contested_total", "Of these, settings that something keeps changing.",
                drift.contested);
  out.single("drift_rounds_total", "counter", "Looks for drift over all pods.", drift.rounds);
  out.begin("drift_round_seconds", "gauge", "How long the last of them took.");
  out.sample("", std::chrono::duration<double>(drift.last_took).count());
}

}  // namespace

std::string exposition(const Status& status, const api::RecordCounts& records,
                       const api::ProcessCounts& process, std::string_view version) {
  MetricsText out;
  add_version(out, version);
  add_records(out, records);
  add_doors(out, status.doors);
  add_sandboxes(out, status.pods);
  add_policy(out, status.policy);
  add_drift(out, status.drift);
  out.single("agent_records_queued", "gauge", "Records that wait for the disk.",
             status.records.queued);
  out.single("agent_records_lost_total", "counter", "Records that found no room, or no disk.",
             status.records.lost);
  add_process(out, process);
  return out.take();
}

}  // namespace podsysctl::agent
