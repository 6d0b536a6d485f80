// SPDX-License-Identifier: Apache-2.0
#include "oci/effect.h"

#include "enforce/enforce.h"
#include "linux/process.h"
#include "sysctl/target.h"

namespace podsysctl::oci {

Result<std::vector<sysctl::SysctlKey>> put_into_effect(const std::vector<sysctl::Setting>& settings,
                                                       pid_t pid,
                                                       const linux::HostNamespaces& host) {
  if (pid <= 0) {
    return Error::of(Code::not_found, "the runtime names no process");
  }
  PSYS_TRY_ASSIGN(const linux::ProcessId process, linux::identify(pid));
  PSYS_TRY_ASSIGN(const sysctl::Target target, sysctl::Target::of_process(process, host));
  PSYS_TRY_ASSIGN(sysctl::SysctlWriter writer, sysctl::SysctlWriter::open_here(host));
  const sysctl::Application application = enforce::enforce(settings, target, writer);
  if (application.failure) {
    return std::unexpected(*application.failure);
  }
  std::vector<sysctl::SysctlKey> written;
  for (const sysctl::AppliedSetting& each : application.settings) {
    if (each.state == sysctl::ApplyState::applied) {
      written.push_back(each.setting.key);
    }
  }
  return written;
}

}  // namespace podsysctl::oci
