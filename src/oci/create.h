// SPDX-License-Identifier: Apache-2.0
// `create` of a container that has sysctls to get: what it gets, and the way from the runtime's own
// `create` to values that are in force. Errors: denied_by_policy before anything is made; what
// failed afterwards, with the container deleted. Thread-safety: no shared state.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "linux/namespaces.h"
#include "oci/command_line.h"
#include "oci/grants.h"
#include "oci/pod.h"

namespace podsysctl::oci {

struct ContainerPlan {
  Pod pod;
  std::string config;                  // the text of config.json
  std::vector<sysctl::Setting> given;  // by config.json, without those that `asked` has
  Grants asked;                        // by annotations and profiles
  std::vector<std::string> taken_out;  // of config.json while the runtime reads it
  linux::HostNamespaces host;
};

// None where nothing is to be set, and where there is no config.json: the runtime says so best.
[[nodiscard]] Result<std::optional<ContainerPlan>> plan_container(const CommandLine& line,
                                                                  const std::string& policy_folder,
                                                                  Notes& notes);

// The exit code of the runtime.
[[nodiscard]] Result<int> create_container(const CommandLine& line, const std::string& program,
                                           const ContainerPlan& plan, Notes& notes);

}  // namespace podsysctl::oci
