// SPDX-License-Identifier: Apache-2.0
// One workload as the rules look at it: its sysctls, containers and what decides about them, read
// from a manifest that nobody has validated. A reader of foreign manifests takes what is there, and
// the rules say what is wrong with it.
// A Workload is a view: its Document must outlive it. Thread-safety: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pod/workload.h"
#include "policy/api_validation.h"
#include "policy/host_namespaces.h"
#include "yaml/lookup.h"
#include "yaml/node.h"

namespace podsysctl::check {

// One entry of securityContext.sysctls. `value` is there only where it is a string (or left out,
// which Kubernetes reads as "").
struct SysctlField {
  const yaml::Node* entry = nullptr;
  const yaml::Node* name_node = nullptr;   // nullptr where there is none
  const yaml::Node* value_node = nullptr;  // nullptr where there is none, or null
  std::string_view name;                   // "" where it is no string
  std::optional<std::string_view> value;
  std::size_t index = 0;
};

struct Container {
  enum class Role : std::uint8_t { init, sidecar, regular };
  const yaml::Node* node = nullptr;
  std::string path;  // "spec.containers[0]"
  Role role = Role::regular;
  bool privileged = false;
};

struct Workload {
  const pod::Workload* found = nullptr;
  std::string_view kind;
  std::string_view namespace_;
  std::string_view name;
  std::string object_path;    // "" or "items[3]": every path begins with it
  std::string template_path;  // of the mapping that holds the pod's metadata and spec
  std::string spec_path;      // "spec.template.spec", "items[3].spec.template.spec"
  const yaml::Node* object = nullptr;
  const yaml::Node* template_metadata = nullptr;  // of the pods; may be nullptr
  const yaml::Node* spec = nullptr;

  policy::HostNamespaces host;
  bool host_pid = false;
  policy::PodOs os = policy::PodOs::linux_os;
  std::string_view runtime_class;
  const yaml::Node* sysctls_node = nullptr;
  std::vector<SysctlField> sysctls;
  std::vector<Container> containers;

  [[nodiscard]] std::string sysctl_path(std::size_t index, std::string_view member) const;
};

[[nodiscard]] Workload read_workload(const pod::Workload& found);

// "spec.template.metadata.annotations[KEY]", of the mapping at `holder`.
[[nodiscard]] std::string annotation_path(std::string_view holder, std::string_view key);

}  // namespace podsysctl::check
