// SPDX-License-Identifier: Apache-2.0
// 115, 404: what stands in the wrong place, where Kubernetes drops or refuses it.
#include <array>
#include <string>

#include <fmt/core.h>

#include "check/subject.h"

namespace podsysctl::check {
namespace {

std::string in_path(std::string_view path, std::string_view name) {
  return fmt::format("{}{}{}", path, path.empty() ? "" : ".", name);
}

// `holder` must have no sysctls of its own.
void look_for_sysctls(const Subject& subject, const yaml::Node* holder, std::string_view path) {
  if (holder == nullptr || holder->kind != yaml::Kind::mapping) {
    return;
  }
  for (const yaml::Entry& entry : holder->entries) {
    if (entry.name != "sysctls" || entry.value->kind == yaml::Kind::scalar) {
      continue;
    }
    subject.sink.add(
        Rule::misplaced_sysctls, {entry.key->at, in_path(path, "sysctls"), ""},
        fmt::format("unknown field \"{}\": sysctls belong to the pod, not here",
                    in_path(path, "sysctls")),
        fmt::format("move the list to {}.securityContext.sysctls", subject.workload.spec_path));
  }
}

void look_at_container(const Subject& subject, const Container& container) {
  look_for_sysctls(subject, container.node, container.path);
  look_for_sysctls(subject, field_of(container.node, "securityContext"),
                   in_path(container.path, "securityContext"));
  for (const yaml::Entry& entry : container.node->entries) {
    if (entry.name == "initContainers" && entry.value->kind == yaml::Kind::sequence) {
      const std::string path = in_path(container.path, "initContainers");
      subject.sink.add(
          Rule::nested_init_containers, {entry.key->at, path, ""},
          fmt::format("unknown field \"{}\": initContainers stand inside a container, where "
                      "Kubernetes ignores or refuses them: they never run",
                      path),
          fmt::format("move them out, to {}.initContainers", subject.workload.spec_path));
    }
  }
}

}  // namespace

void check_placement(Subject& subject) {
  const Workload& workload = subject.workload;
  look_for_sysctls(subject, workload.spec, workload.spec_path);
  for (const Container& container : workload.containers) {
    if (container.node->kind == yaml::Kind::mapping) {
      look_at_container(subject, container);
    }
  }
  // A Pod's spec written into its controller's.
  const yaml::Node* const outer = field_of(workload.object, "spec");
  if (outer != nullptr && outer != workload.spec && pod::replaces_pods(workload.kind)) {
    const std::string path = in_path(workload.object_path, "spec");
    look_for_sysctls(subject, outer, path);
    look_for_sysctls(subject, field_of(outer, "securityContext"), in_path(path, "securityContext"));
  }
}

}  // namespace podsysctl::check
