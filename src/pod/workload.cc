// SPDX-License-Identifier: Apache-2.0
#include "pod/workload.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

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
  std::span<const std::string_view> path;  // from the object to its template
};

constexpr std::array<KnownKind, 9> kKnownKinds{{
    {"Pod", {}},
    {"PodTemplate", kTemplate},
    {"Deployment", kSpecTemplate},
    {"ReplicaSet", kSpecTemplate},
    {"ReplicationController", kSpecTemplate},
    {"StatefulSet", kSpecTemplate},
    {"DaemonSet", kSpecTemplate},
    {"Job", kSpecTemplate},
    {"CronJob", kJobTemplate},
}};

std::string_view text_of(const Node& mapping, std::string_view name) {
  const Node* const found = mapping.find(name);
  return found != nullptr && found->kind == Kind::scalar ? found->text : std::string_view();
}

std::optional<Value> mapping_in(const Value& object, std::string_view name) {
  std::optional<Value> found = object.find(name);
  return found && found->node().kind == Kind::mapping ? found : std::nullopt;
}

bool lists_containers(const Node& spec) {
  const auto is_list = [&spec](std::string_view name) {
    const Node* const found = spec.find(name);
    return found != nullptr && found->kind == Kind::sequence;
  };
  return is_list("containers") || is_list("initContainers");
}

bool is_template_name(std::string_view name) {
  return name == "template" || name.ends_with("Template");
}

class Finder {
 public:
  explicit Finder(WorkloadList& found) : found_(found) {}

  void visit(const Value& object) {
    const Node& node = object.node();
    const std::string_view kind = text_of(node, "kind");
    if (kind.empty() || text_of(node, "apiVersion").empty()) {
      return;
    }
    const Node* const items = node.find("items");
    if (kind.ends_with("List") && items != nullptr && items->kind == Kind::sequence) {
      for (const Node* const item : items->items) {
        visit(Value(*item, "", object.source()));
      }
      return;
    }
    ++found_.objects;
    const auto* const known = std::ranges::find(kKnownKinds, kind, &KnownKind::kind);
    if (known == kKnownKinds.end()) {
      search(object, node);
    } else {
      follow(object, known->path);
    }
  }

 private:
  void follow(const Value& object, std::span<const std::string_view> path) {
    std::optional<Value> at = object;
    for (const std::string_view name : path) {
      at = mapping_in(*at, name);
      if (!at) {
        return;
      }
    }
    add(object, *at);
  }

  // Within the reader's limits: depth, and nodes with aliases followed. Paths are only written for
  // what is found: long keys over many nodes would cost more than the walk.
  void search(const Value& object, const Node& at) {
    for (std::size_t i = 0; i < at.items.size(); ++i) {
      if (at.items[i]->kind != Kind::scalar) {
        steps_.push_back({std::nullopt, i});
        search(object, *at.items[i]);
        steps_.pop_back();
      }
    }
    for (const Entry& entry : at.entries) {
      if (entry.value->kind == Kind::scalar) {
        continue;
      }
      const Node* const spec = entry.value->find("spec");
      steps_.push_back({entry.name, 0});
      if (is_template_name(entry.name) && spec != nullptr && lists_containers(*spec)) {
        add(object, Value(*entry.value, path(object), object.source()));
      } else {
        search(object, *entry.value);
      }
      steps_.pop_back();
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

  void add(const Value& object, const Value& pod) {
    std::optional<Value> spec = mapping_in(pod, "spec");
    if (!spec) {
      return;
    }
    const Node* const metadata = object.node().find("metadata");
    const auto text = [metadata](std::string_view name) {
      return std::string(metadata == nullptr ? std::string_view() : text_of(*metadata, name));
    };
    std::string name = text("name");
    if (name.empty()) {
      name = text("generateName");
    }
    found_.workloads.push_back({std::string(text_of(object.node(), "apiVersion")),
                                std::string(text_of(object.node(), "kind")), std::move(name),
                                text("namespace"), object, pod, *std::move(spec)});
  }

  struct Step {
    std::optional<std::string_view> name;  // none: an item
    std::size_t index;
  };

  WorkloadList& found_;
  std::vector<Step> steps_;  // from the object to where search() is
};

}  // namespace

std::optional<Value> Workload::annotation(std::string_view key) const {
  const std::optional<Value> holder = metadata();
  const std::optional<Value> annotations = holder ? holder->find("annotations") : std::nullopt;
  return annotations ? annotations->find(key) : std::nullopt;
}

WorkloadList find_workloads(const yaml::Document& document) {
  WorkloadList found;
  Finder(found).visit(Value(document));
  return found;
}

}  // namespace podsysctl::pod
