// SPDX-License-Identifier: Apache-2.0
// Finds the pods and pod templates in a document: Pod, PodTemplate, Deployment, ReplicaSet,
// ReplicationController, StatefulSet, DaemonSet, Job, CronJob, the items of a List, and in any
// other kind whatever looks like a template (a field named `template` or `...Template` with a
// `spec` that lists containers). What is no Kubernetes object has none.
// Nothing is judged here: fields may be missing or of the wrong type. Thread-safety: no state.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "yaml/value.h"

namespace podsysctl::pod {

// Views into the document, which must outlive it. Paths start at the object, not at the List that
// holds it: "spec.template.spec".
struct Workload {
  std::string api_version;
  std::string kind;
  std::string name;        // metadata.name, else generateName; "" where neither is a text
  std::string namespace_;  // "" where none is written
  yaml::Value object;      // the whole object
  yaml::Value pod;   // the mapping that holds the pod's `metadata` and `spec`; of a Pod, object
  yaml::Value spec;  // the PodSpec: a mapping

  // The pod's own metadata, which its annotations are in: not the Deployment's.
  [[nodiscard]] std::optional<yaml::Value> metadata() const { return pod.find("metadata"); }
  // The entry of the pod's annotations, of whatever type.
  [[nodiscard]] std::optional<yaml::Value> annotation(std::string_view key) const;
};

struct WorkloadList {
  std::size_t objects = 0;  // Kubernetes objects in the document: those of a List, else 0 or 1
  std::vector<Workload> workloads;
};

[[nodiscard]] WorkloadList find_workloads(const yaml::Document& document);

}  // namespace podsysctl::pod
