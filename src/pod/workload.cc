// SPDX-License-Identifier: Apache-2.0
#include "pod/workload.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <unordered_set>
#include <utility>

#include <fmt/core.h>

#include "yaml/lookup.h"

namespace podsysctl::pod {
namespace {

using yaml::Entry;
using yaml::Kind;
using yaml::Node;
using yaml::Value;

constexpr std::array<std::string_view, 2> kSpecTemplate{"spec", "template"};
constexpr std::array<std::string_view, 1> kTemplate{"template"};
constexpr std::array<std::string_view, 4> kJobTemplate{"spec", "jobTemplate", "spec", "template"};

struct KnownKind {
  std::string_view kind;
  std::span<const std::string_view> path;  // from the object to the mapping with metadata and spec
  bool replaces = false;
};

constexpr std::array<KnownKind, 9> kKnownKinds{{
    {"Pod", {}},
    {"PodTemplate", kTemplate},
    {"Deployment", kSpecTemplate, true},
    {"ReplicaSet", kSpecTemplate, true},
    {"ReplicationController", kSpecTemplate, true},
    {"StatefulSet", kSpecTemplate, true},
    {"DaemonSet", kSpecTemplate, true},
    {"Job", kSpecTemplate},
    {"CronJob", kJobTemplate},
}};

const KnownKind* known_kind(std::string_view kind) noexcept {
  const auto* const found = std::ranges::find(kKnownKinds, kind, &KnownKind::kind);
  return found == kKnownKinds.end() ? nullptr : found;
}

// A custom resource may call anything a template.
bool looks_like_pod_spec(const Node* spec) {
  return yaml::is_mapping(spec) &&
         (yaml::is_sequence(field_of(spec, "containers")) ||
          field_of(spec, "initContainers") != nullptr ||
          field_of(field_of(spec, "securityContext"), "sysctls") != nullptr);
}

class Finder {
 public:
  explicit Finder(const Found& found) : found_(found) {}

  void visit(const Value& value) {
    const Node& node = value.node();
    if (node.kind == Kind::sequence) {
      visit_items(value);
      return;
    }
    const std::string_view kind = string_of(field_of(&node, "kind"));
    if (kind.empty() || field_of(&node, "apiVersion") == nullptr) {
      return;  // not of Kubernetes: values files, kustomize patches without a kind
    }
    const std::optional<Value> items = value.find("items");
    if (kind.ends_with("List") && items && items->node().kind == Kind::sequence) {
      visit_items(*items);
    } else if (const KnownKind* const known = known_kind(kind)) {
      follow(value, known->path);
    } else {
      found_.object(kind, value);
      search(value, node);
    }
  }

 private:
  void visit_items(const Value& list) {
    for (std::size_t i = 0; i < list.node().items.size(); ++i) {
      visit(list.item(i));
    }
  }

  void follow(const Value& object, std::span<const std::string_view> path) {
    std::optional<Value> at = object;
    for (const std::string_view name : path) {
      at = at->find(name);
      if (!at) {
        return;
      }
    }
    tell(object, *at);
  }

  // Templates anywhere in an object of another kind. The reader bounds the depth. Paths are only
  // written for what is found: long keys over many nodes would cost more than the walk.
  void search(const Value& object, const Node& at) {
    if (!searched_.insert(&at).second) {
      return;  // an alias: a few bytes of them could stand for a million nodes
    }
    for (const Entry& entry : at.entries) {
      if (entry.value->kind == Kind::scalar) {
        continue;
      }
      steps_.push_back({entry.name, 0});
      if (entry.name.ends_with("emplate") && looks_like_pod_spec(field_of(entry.value, "spec"))) {
        tell(object, Value(*entry.value, path(object), object.source()));
      } else {
        search(object, *entry.value);
      }
      steps_.pop_back();
    }
    for (std::size_t i = 0; i < at.items.size(); ++i) {
      if (at.items[i]->kind != Kind::scalar) {
        steps_.push_back({std::nullopt, i});
        search(object, *at.items[i]);
        steps_.pop_back();
      }
    }
  }

  [[nodiscard]] std::string path(const Value& object) const {
    std::string path = object.path();
    for (const Step& step : steps_) {
      path =
          !step.name ? fmt::format("{}[{}]", path, step.index) : yaml::child_path(path, *step.name);
    }
    return path;
  }

  void tell(const Value& object, const Value& pod) const {
    std::optional<Value> spec = pod.find("spec");
    if (!spec || spec->node().kind != Kind::mapping) {
      return;
    }
    const Node* const metadata = field_of(&object.node(), "metadata");
    const std::string_view name = string_of(field_of(metadata, "name"));
    found_.workload({.kind = string_of(field_of(&object.node(), "kind")),
                     .namespace_ = string_of(field_of(metadata, "namespace")),
                     .name = name.empty() ? string_of(field_of(metadata, "generateName")) : name,
                     .object = object,
                     .pod = pod,
                     .spec = *std::move(spec)});
  }

  struct Step {
    std::optional<std::string_view> name;  // none: an item
    std::size_t index;
  };

  const Found& found_;
  std::unordered_set<const Node*> searched_;
  std::vector<Step> steps_;  // from the object to where search() is
};

}  // namespace

std::optional<Value> Workload::annotation(std::string_view key) const {
  const std::optional<Value> holder = metadata();
  const std::optional<Value> annotations = holder ? holder->find("annotations") : std::nullopt;
  return annotations ? annotations->find(key) : std::nullopt;
}

void find_objects(const Value& root, const Found& found) { Finder(found).visit(root); }

std::vector<Workload> find_workloads(const yaml::Document& document) {
  std::vector<Workload> workloads;
  const auto keep = [&](const Workload& workload) { workloads.push_back(workload); };
  find_objects(Value(document), {.workload = keep, .object = [](auto&&...) {}});
  return workloads;
}

bool replaces_pods(std::string_view kind) noexcept {
  const KnownKind* const known = known_kind(kind);
  return known != nullptr && known->replaces;
}

}  // namespace podsysctl::pod
