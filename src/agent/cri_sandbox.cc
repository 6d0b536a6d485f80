// SPDX-License-Identifier: Apache-2.0
#include "agent/cri_sandbox.h"

#include "agent/oci_kinds.h"
#include "cri/process_info.h"

namespace podsysctl::agent {

Result<Sandbox> sandbox_of(const cri::SandboxStatus& status, const Source& source) {
  PSYS_TRY_ASSIGN(const cri::ProcessInfo process, cri::read_process_info(status.info));
  const cri::Sandbox& told = status.sandbox;
  Sandbox sandbox{.id = told.id,
                  .uid = told.uid,
                  .name = told.name,
                  .namespace_ = told.namespace_,
                  .labels = {told.labels.begin(), told.labels.end()},
                  .annotations = {told.annotations.begin(), told.annotations.end()},
                  .source = source,
                  .handler = told.handler,
                  .pid = process.pid,
                  .group = told.id};
  for (const auto& [type, path] : process.namespaces) {
    if (const auto kind = kind_of(type); kind && !path.empty()) {
      sandbox.places.push_back({*kind, path});
    }
  }
  return sandbox;
}

}  // namespace podsysctl::agent
