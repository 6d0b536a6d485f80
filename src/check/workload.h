// SPDX-License-Identifier: Apache-2.0
// Finds the pod templates in a manifest of any kind: Pod, PodTemplate, the controllers of
// Kubernetes, CronJob, the items of lists, and whatever else carries a template with a pod's spec
// (custom resources). Nothing is validated: a reader of foreign manifests takes what is there, and
// the rules say what is wrong with it.
// A Workload is a view: its Document must outlive it. Thread-safety: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/api_validation.h"
#include "policy/host_namespaces.h"
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
  std::string_view kind;
  std::string_view namespace_;
  std::string_view name;
  std::string prefix;     // of every path: "" or "items[3]."
  std::string spec_path;  // "spec.template.spec", with the prefix
  const yaml::Node* object = nullptr;
  const yaml::Node* template_metadata = nullptr;  // of the pods; may be nullptr
  std::string template_path;                      // of the mapping that holds it
  const yaml::Node* spec = nullptr;

  policy::HostNamespaces host;
  bool host_pid = false;
  policy::PodOs os = policy::PodOs::linux_os;
  std::string_view runtime_class;
  const yaml::Node* sysctls_node = nullptr;
  std::vector<SysctlField> sysctls;
  std::vector<Container> containers;

  // A controller that replaces the pods that the kubelet rejects.
  [[nodiscard]] bool replaces_pods() const noexcept;
  [[nodiscard]] std::string sysctl_path(std::size_t index, std::string_view member) const;
};

struct Found {
  std::function<void(const Workload&)> workload;
  // Any other object with a kind: kubelet configurations are of interest.
  std::function<void(std::string_view kind, const yaml::Node& object, const std::string& prefix)>
      object;
};

// Calls back for each object of a document. `prefix` goes before every path.
void find_objects(const yaml::Node& root, const std::string& prefix, const Found& found);

// The text of a string scalar; "" for everything else.
[[nodiscard]] std::string_view string_of(const yaml::Node* node) noexcept;
// A field of a mapping; nullptr where it is absent or null, or where `node` is no mapping.
[[nodiscard]] const yaml::Node* field_of(const yaml::Node* node, std::string_view name) noexcept;
[[nodiscard]] bool is_true(const yaml::Node* node) noexcept;

}  // namespace podsysctl::check
