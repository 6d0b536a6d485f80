// SPDX-License-Identifier: Apache-2.0
#include "agent/exposition.h"

#include <gmock/gmock.h>

namespace podsysctl::agent {
namespace {

using testing::HasSubstr;

TEST(AgentExposition, IsWhatPrometheusReads) {
  Status status{.doors = {{.kind = "nri",
                           .address = "/run/nri.sock",
                           .connected = true,
                           .runtime = "containerd v2.1.9",
                           .connections = 2}},
                .policy = {.generation = 7, .failures = 1},
                .records = {.queued = 3, .lost = 4}};
  status.pods.by_door["/run/nri.sock"].add(Outcome::applied);
  status.pods.by_door["/run/nri.sock"].add(Outcome::rejected);
  status.pods.by_door["/run/docker.sock"].add(Outcome::degraded);
  status.pods.sandboxes.at(static_cast<std::size_t>(Outcome::applied)) = 5;
  status.pods.starts.add(std::chrono::microseconds(700));
  status.pods.late = 6;
  status.pods.waiting = 8;
  status.drift.drifted["net.core.somaxconn"] = 2;
  status.drift.contested["kernel.sem"] = 1;
  status.drift.last_took = std::chrono::milliseconds(250);
  const api::RecordCounts records{.pods = {{"Running", 5}}, .settings = {}};
  const std::string text = exposition(status, records, {4096, 12}, "1.2.3");
  for (const char* line :
       {"podsysctl_build_info{version=\"1.2.3\"} 1\n",
        "podsysctl_pods{phase=\"Running\"} 5\n",
        "podsysctl_agent_door_connected{door=\"nri\",address=\"/run/nri.sock\"} 1\n",
        "podsysctl_agent_door_connections_total{door=\"nri\",address=\"/run/nri.sock\"} 2\n",
        "podsysctl_agent_sandboxes{outcome=\"applied\"} 5\n",
        "podsysctl_agent_sandboxes{outcome=\"nothing\"} 0\n",
        "podsysctl_agent_sandboxes_handled_total{door=\"/run/nri.sock\",outcome=\"applied\"} 1\n",
        "podsysctl_agent_sandboxes_handled_total{door=\"/run/nri.sock\",outcome=\"rejected\"} 1\n",
        "podsysctl_agent_sandboxes_handled_total{door=\"/run/docker.sock\",outcome=\"degraded\"} "
        "1\n",
        "podsysctl_agent_start_seconds_bucket{le=\"0.001\"} 1\n",
        "podsysctl_agent_start_seconds_count 1\n",
        "podsysctl_agent_late_answers_total 6\n",
        "podsysctl_agent_reviews_waiting 8\n",
        "podsysctl_policy_generation 7\n",
        "podsysctl_policy_reload_failures_total 1\n",
        "podsysctl_sysctl_drifts_total{sysctl=\"net.core.somaxconn\"} 2\n",
        "podsysctl_sysctl_contested_total{sysctl=\"kernel.sem\"} 1\n",
        "podsysctl_drift_round_seconds 0.25\n",
        "podsysctl_agent_records_queued 3\n",
        "podsysctl_agent_records_lost_total 4\n",
        "podsysctl_resident_memory_bytes 4096\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

}  // namespace
}  // namespace podsysctl::agent
