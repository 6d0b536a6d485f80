// SPDX-License-Identifier: Apache-2.0
#include "service/exposition.h"

namespace podsysctl::service {

std::string exposition(const Counts& counts, const api::RecordCounts& records,
                       const api::ProcessCounts& process, std::string_view version) {
  api::MetricsText out;
  add_version(out, version);
  add_records(out, records);
  out.histogram("sysctl_apply_seconds",
                "Time to plan, write and read back the settings of one pod.", counts.apply);
  out.single("pod_launches_total", "counter", "Attempts to start a pod.", counts.launches);
  out.single("pod_launch_failures_total", "counter", "Those that failed or were refused.",
             counts.failed_launches);
  out.single("container_restarts_total", "counter", "Containers started again.", counts.restarts);
  out.single("config_reloads_total", "counter", "Configurations taken up.", counts.reloads);
  out.single("config_reload_failures_total", "counter", "Configurations refused.",
             counts.refused_reloads);
  out.by_sysctl("sysctl_drifts_total", "Settings found changed by somebody else.", counts.drifts);
  out.by_sysctl("sysctl_repairs_total", "Drifted settings put into force again.", counts.repairs);
  out.by_sysctl("sysctl_contested_total", "Of these, settings that something keeps changing.",
                counts.contested);
  add_process(out, process);
  return out.take();
}

}  // namespace podsysctl::service
