// SPDX-License-Identifier: Apache-2.0
// Finds the pods and pod templates in a manifest of any kind: Pod, PodTemplate, the controllers of
// Kubernetes, CronJob, the items of lists, and in any other kind (custom resources) whatever looks
// like a template: a field named `…emplate` with a pod's spec. What is no Kubernetes object has
// none. Nothing is judged here: fields may be missing or of the wrong type.
// Linear in the tree; a mapping that stands behind several aliases is searched once.
// Thread-safety: pure functions.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "yaml/value.h"

namespace podsysctl::pod {

// Views into the document, which must outlive it.
struct Workload {
  std::string_view kind;
  std::string_view namespace_;  // "" where none is written
  std::string_view name;        // metadata.name, else generateName; "" where neither is a string
  yaml::Value object;           // the whole object
  yaml::Value pod;   // the mapping that holds the pod's `metadata` and `spec`; of a Pod, object
  yaml::Value spec;  // the PodSpec: a mapping

  // The pod's own metadata, which its annotations are in: not the Deployment's.
  [[nodiscard]] std::optional<yaml::Value> metadata() const { return pod.find("metadata"); }
  // The entry of the pod's annotations, of whatever type.
  [[nodiscard]] std::optional<yaml::Value> annotation(std::string_view key) const;
};

struct Found {
  std::function<void(const Workload&)> workload;
  // Any object of a kind that is not of those above: kubelet configurations are of interest.
  std::function<void(std::string_view kind, const yaml::Value& object)> object;
};

// Calls back for each object of a document, in its order. Paths begin with the root's.
void find_objects(const yaml::Value& root, const Found& found);

[[nodiscard]] std::vector<Workload> find_workloads(const yaml::Document& document);

// A controller that makes new pods for those that the kubelet rejects.
[[nodiscard]] bool replaces_pods(std::string_view kind) noexcept;

}  // namespace podsysctl::pod
