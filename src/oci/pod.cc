// SPDX-License-Identifier: Apache-2.0
#include "oci/pod.h"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/printable.h"
#include "json/cursor.h"

namespace podsysctl::oci {
namespace {

constexpr std::size_t kShownOfId = 12;

// containerd, pkg/cri/annotations.
constexpr std::string_view kCriType = "io.kubernetes.cri.container-type";
// CRI-O, and podman where a container has a pod; podman 5 leaves the type out.
constexpr std::string_view kCrioType = "io.kubernetes.cri-o.ContainerType";
constexpr std::string_view kCrioSandbox = "io.kubernetes.cri-o.SandboxID";
constexpr std::string_view kCrioLabels = "io.kubernetes.cri-o.Labels";

std::string first_of(const rules::Labels& annotations,
                     std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    if (const auto found = annotations.find(key); found != annotations.end()) {
      return found->second;
    }
  }
  return "";
}

Role role_of(const Spec& spec) {
  const rules::Labels& annotations = spec.annotations;
  if (const auto type = annotations.find(kCriType); type != annotations.end()) {
    return type->second == "sandbox" ? Role::sandbox : Role::settled;
  }
  if (const auto type = annotations.find(kCrioType); type != annotations.end()) {
    return type->second == "sandbox" ? Role::sandbox : Role::member;
  }
  // The one that holds the pod's namespaces joins none.
  if (annotations.contains(kCrioSandbox) &&
      std::ranges::any_of(spec.namespaces,
                          [](const NamespacePlace& place) { return !place.path.empty(); })) {
    return Role::member;
  }
  return Role::single;
}

// Of a container CRI-O writes the container's labels there. Not known where they cannot be read.
std::optional<rules::Labels> labels_of(Role role, const rules::Labels& annotations) {
  const auto text = annotations.find(kCrioLabels);
  if (role != Role::sandbox || text == annotations.end()) {
    return std::nullopt;
  }
  const auto tree = json::parse(text->second, kCrioLabels, kLimits);
  if (!tree || !tree->is_object()) {
    return std::nullopt;
  }
  const auto pairs = json::Cursor(*tree, kCrioLabels).as_string_map();
  return pairs ? std::optional(rules::Labels(pairs->begin(), pairs->end())) : std::nullopt;
}

}  // namespace

Pod pod_of(std::string_view container_id, const Spec& spec) {
  Pod pod;
  pod.role = role_of(spec);
  pod.facts.annotations = spec.annotations;
  pod.facts.namespace_ =
      first_of(spec.annotations, {"io.kubernetes.cri.sandbox-namespace",
                                  "io.kubernetes.cri-o.Namespace", "io.kubernetes.pod.namespace"});
  pod.facts.name = first_of(
      spec.annotations,
      {"io.kubernetes.cri.sandbox-name", "io.kubernetes.cri-o.KubeName", "io.kubernetes.pod.name"});
  pod.facts.labels = labels_of(pod.role, spec.annotations);
  pod.title = pod.facts.name.empty()
                  ? "container " + printable(container_id.substr(0, kShownOfId))
                  : "pod " + printable(pod.facts.namespace_ + "/" + pod.facts.name);
  if (pod.facts.name.empty()) {
    pod.facts.name = container_id;
  }
  return pod;
}

}  // namespace podsysctl::oci
