// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "engine/embedded/oci_spec.h"
#include "linux/device_list.h"

namespace podsysctl::engine {

Result<HostFacts> read_host_facts(WithDevices devices) {
  HostFacts facts;
  PSYS_TRY_ASSIGN(facts.grantable, grantable_capabilities());
  PSYS_TRY_ASSIGN(facts.cgroups, read_cgroup_layout());
  PSYS_TRY_ASSIGN(facts.architecture, linux::machine_name());
  if (devices == WithDevices::no) {
    return facts;
  }
  PSYS_TRY_ASSIGN(const std::vector<linux::Device> found, linux::list_devices("/dev"));
  for (const linux::Device& device : found) {
    // The container has its own console and terminals.
    if (device.path != "/dev/console" && device.path != "/dev/ptmx") {
      facts.devices.push_back({device.path, device.type, device.major, device.minor, device.mode,
                               device.uid, device.gid});
    }
  }
  return facts;
}

}  // namespace podsysctl::engine
