// SPDX-License-Identifier: Apache-2.0
#include "check/workload.h"

#include <algorithm>
#include <array>
#include <unordered_set>

#include <fmt/core.h>

#include "yaml/scalar.h"
#include "yaml/value.h"

namespace podsysctl::check {
namespace {

using yaml::Kind;
using yaml::Node;

struct KindPath {
  std::string_view kind;
  std::string_view template_path;  // from the object to the mapping with metadata and spec
  bool replaces;
};

// "" is the object itself.
constexpr auto kKinds = std::to_array<KindPath>({
    {"Pod", "", false},
    {"PodTemplate", "template", false},
    {"Deployment", "spec.template", true},
    {"ReplicaSet", "spec.template", true},
    {"ReplicationController", "spec.template", true},
    {"StatefulSet", "spec.template", true},
    {"DaemonSet", "spec.template", true},
    {"Job", "spec.template", false},
    {"CronJob", "spec.jobTemplate.spec.template", false},
});

const KindPath* known_kind(std::string_view kind) {
  const auto found = std::ranges::find(kKinds, kind, &KindPath::kind);
  return found == kKinds.end() ? nullptr : &*found;
}

const Node* walk(const Node* node, std::string_view path) {
  while (!path.empty() && node != nullptr) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    node = field_of(node, path.substr(0, dot));
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  return node;
}

std::string joined(const std::string& path, std::string_view name) {
  return path.empty() || path.ends_with('.') ? path + std::string(name)
                                             : fmt::format("{}.{}", path, name);
}

bool is_mapping(const Node* node) { return node != nullptr && node->kind == Kind::mapping; }

// A spec that could be a pod's: a custom resource may call anything a template.
bool looks_like_pod_spec(const Node* spec) {
  if (!is_mapping(spec)) {
    return false;
  }
  const Node* const containers = field_of(spec, "containers");
  return (containers != nullptr && containers->kind == Kind::sequence) ||
         field_of(spec, "initContainers") != nullptr ||
         field_of(field_of(spec, "securityContext"), "sysctls") != nullptr;
}

void read_sysctls(Workload& workload) {
  workload.sysctls_node = field_of(field_of(workload.spec, "securityContext"), "sysctls");
  if (workload.sysctls_node == nullptr || workload.sysctls_node->kind != Kind::sequence) {
    return;
  }
  for (const Node* const entry : workload.sysctls_node->items) {
    SysctlField field{.entry = entry, .index = workload.sysctls.size()};
    field.name_node = field_of(entry, "name");
    field.value_node = field_of(entry, "value");
    field.name = string_of(field.name_node);
    if (field.value_node == nullptr) {
      field.value = "";
    } else if (field.value_node->kind == Kind::scalar &&
               resolve(*field.value_node).type == yaml::ScalarType::string) {
      field.value = field.value_node->text;
    }
    workload.sysctls.push_back(field);
  }
}

void read_containers(Workload& workload, std::string_view list, Container::Role role) {
  const Node* const containers = field_of(workload.spec, list);
  if (containers == nullptr || containers->kind != Kind::sequence) {
    return;
  }
  std::size_t index = 0;
  for (const Node* const node : containers->items) {
    const bool sidecar =
        role == Container::Role::init && string_of(field_of(node, "restartPolicy")) == "Always";
    workload.containers.push_back(
        {.node = node,
         .path = fmt::format("{}.{}[{}]", workload.spec_path, list, index++),
         .role = sidecar ? Container::Role::sidecar : role,
         .privileged = is_true(field_of(field_of(node, "securityContext"), "privileged"))});
  }
}

void read_spec(Workload& workload) {
  using policy::NamespaceMode;
  const auto mode = [&](std::string_view name) {
    return is_true(field_of(workload.spec, name)) ? NamespaceMode::host : NamespaceMode::pod;
  };
  workload.host = {.net = mode("hostNetwork"), .ipc = mode("hostIPC")};
  workload.host_pid = is_true(field_of(workload.spec, "hostPID"));
  if (string_of(field_of(field_of(workload.spec, "os"), "name")) == "windows") {
    workload.os = policy::PodOs::windows;
  }
  workload.runtime_class = string_of(field_of(workload.spec, "runtimeClassName"));
  read_sysctls(workload);
  read_containers(workload, "initContainers", Container::Role::init);
  read_containers(workload, "containers", Container::Role::regular);
}

class Finder {
 public:
  explicit Finder(const Found& found) : found_(found) {}

  void visit(const Node& node, const std::string& prefix) {
    if (node.kind == Kind::sequence) {
      visit_items(node, prefix, "");
      return;
    }
    const std::string_view kind = string_of(field_of(&node, "kind"));
    if (kind.empty() || field_of(&node, "apiVersion") == nullptr) {
      return;  // not of Kubernetes: values files, kustomize patches without a kind
    }
    const Node* const items = field_of(&node, "items");
    if (kind.ends_with("List") && items != nullptr && items->kind == Kind::sequence) {
      visit_items(*items, prefix, "items");
      return;
    }
    if (const KindPath* const known = known_kind(kind)) {
      const Node* const holder = walk(&node, known->template_path);
      if (is_mapping(holder) && is_mapping(field_of(holder, "spec"))) {
        tell(node, *holder, prefix, prefix + std::string(known->template_path));
      }
      return;
    }
    found_.object(kind, node, prefix);
    search(node, node, prefix, prefix);
  }

 private:
  void visit_items(const Node& items, const std::string& prefix, std::string_view name) {
    for (std::size_t i = 0; i < items.items.size(); ++i) {
      visit(*items.items[i], fmt::format("{}{}[{}].", prefix, name, i));
    }
  }

  void tell(const Node& object, const Node& holder, const std::string& prefix,
            const std::string& template_path) {
    const Node* const metadata = field_of(&object, "metadata");
    Workload workload{.kind = string_of(field_of(&object, "kind")),
                      .namespace_ = string_of(field_of(metadata, "namespace")),
                      .name = string_of(field_of(metadata, "name")),
                      .prefix = prefix,
                      .spec_path = joined(template_path, "spec"),
                      .object = &object,
                      .template_metadata = field_of(&holder, "metadata"),
                      .template_path = template_path,
                      .spec = field_of(&holder, "spec")};
    if (workload.name.empty()) {
      workload.name = string_of(field_of(metadata, "generateName"));
    }
    read_spec(workload);
    found_.workload(workload);
  }

  // Templates anywhere in an object of another kind. The reader bounds the depth.
  void search(const Node& object, const Node& node, const std::string& prefix,
              const std::string& path) {
    if (!searched_.insert(&node).second) {
      return;  // an alias: a few bytes of them could stand for a million nodes
    }
    for (const yaml::Entry& entry : node.entries) {
      if (entry.value->kind == Kind::scalar) {
        continue;
      }
      const std::string inner = joined(path, entry.name);
      const bool is_template =
          entry.name.ends_with("emplate") && looks_like_pod_spec(field_of(entry.value, "spec"));
      if (is_template) {
        tell(object, *entry.value, prefix, inner);
      } else {
        search(object, *entry.value, prefix, inner);
      }
    }
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      if (node.items[i]->kind != Kind::scalar) {
        search(object, *node.items[i], prefix, fmt::format("{}[{}]", path, i));
      }
    }
  }

  const Found& found_;
  std::unordered_set<const Node*> searched_;
};

}  // namespace

bool Workload::replaces_pods() const noexcept {
  const KindPath* const known = known_kind(kind);
  return known != nullptr && known->replaces;
}

std::string Workload::sysctl_path(std::size_t index, std::string_view member) const {
  return fmt::format("{}.securityContext.sysctls[{}]{}{}", spec_path, index,
                     member.empty() ? "" : ".", member);
}

void find_objects(const yaml::Node& root, const std::string& prefix, const Found& found) {
  Finder(found).visit(root, prefix);
}

std::string_view string_of(const Node* node) noexcept {
  if (node == nullptr || node->kind != Kind::scalar ||
      resolve(*node).type != yaml::ScalarType::string) {
    return {};
  }
  return node->text;
}

const Node* field_of(const Node* node, std::string_view name) noexcept {
  const Node* const found = node == nullptr ? nullptr : node->find(name);
  return found == nullptr || yaml::is_null(*found) ? nullptr : found;
}

bool is_true(const Node* node) noexcept {
  if (node == nullptr || node->kind != Kind::scalar) {
    return false;
  }
  const yaml::Scalar scalar = resolve(*node);
  return scalar.type == yaml::ScalarType::boolean && scalar.boolean;
}

}  // namespace podsysctl::check
