// SPDX-License-Identifier: Apache-2.0
// What is known about a pod when its sysctls are decided. Not every way in knows everything: a CNI
// plugin has no labels, a runtime's event no images. What is unset is not known, which is not the
// same as empty. Thread-safety: values.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "policy/host_namespaces.h"
#include "sysctl/setting.h"

namespace podsysctl::rules {

using Labels = std::map<std::string, std::string, std::less<>>;

struct PodFacts {
  std::string namespace_ = "default";
  std::string name;
  std::optional<Labels> namespace_labels;
  std::optional<Labels> labels;
  Labels annotations;
  std::optional<std::string> service_account;
  std::optional<std::vector<std::string>> images;  // of all containers, init containers too
  std::string interface;  // what the component IFNAME of a key stands for; "": itself
  policy::HostNamespaces host;
  policy::NamespaceMode user = policy::NamespaceMode::host;  // pod: hostUsers is false
  std::vector<sysctl::Setting> field;  // spec.securityContext.sysctls, where they are known
};

}  // namespace podsysctl::rules
