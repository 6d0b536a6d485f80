// SPDX-License-Identifier: Apache-2.0
#include "check/workload.h"

#include <fmt/core.h>

#include "yaml/scalar.h"
#include "yaml/value.h"

namespace podsysctl::check {
namespace {

void read_sysctls(Workload& workload) {
  workload.sysctls_node = field_of(field_of(workload.spec, "securityContext"), "sysctls");
  if (!is_sequence(workload.sysctls_node)) {
    return;
  }
  for (const yaml::Node* const entry : workload.sysctls_node->items) {
    SysctlField field{.entry = entry, .index = workload.sysctls.size()};
    field.name_node = field_of(entry, "name");
    field.value_node = field_of(entry, "value");
    field.name = string_of(field.name_node);
    if (field.value_node == nullptr) {
      field.value = "";
    } else if (field.value_node->kind == yaml::Kind::scalar &&
               resolve(*field.value_node).type == yaml::ScalarType::string) {
      field.value = field.value_node->text;
    }
    workload.sysctls.push_back(field);
  }
}

void read_containers(Workload& workload, std::string_view list, Container::Role role) {
  const yaml::Node* const containers = field_of(workload.spec, list);
  if (!is_sequence(containers)) {
    return;
  }
  std::size_t index = 0;
  for (const yaml::Node* const node : containers->items) {
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

}  // namespace

std::string Workload::sysctl_path(std::size_t index, std::string_view member) const {
  return fmt::format("{}.securityContext.sysctls[{}]{}{}", spec_path, index,
                     member.empty() ? "" : ".", member);
}

Workload read_workload(const pod::Workload& found) {
  Workload workload{.found = &found,
                    .kind = found.kind,
                    .namespace_ = found.namespace_,
                    .name = found.name,
                    .object_path = found.object.path(),
                    .template_path = found.pod.path(),
                    .spec_path = found.spec.path(),
                    .object = &found.object.node(),
                    .template_metadata = field_of(&found.pod.node(), "metadata"),
                    .spec = &found.spec.node()};
  read_spec(workload);
  return workload;
}

std::string annotation_path(std::string_view holder, std::string_view key) {
  return fmt::format("{}.annotations[{}]", yaml::child_path(holder, "metadata"), key);
}

}  // namespace podsysctl::check
