// SPDX-License-Identifier: Apache-2.0
#include "agent/docker_sandbox.h"

#include <string>

namespace podsysctl::agent {
namespace {

// cri-dockerd and the kubelet's former dockershim: libdocker/legacy.go, types of containers.
constexpr std::string_view kTypeLabel = "io.kubernetes.docker.type";
constexpr std::string_view kSandboxType = "podsandbox";
constexpr std::string_view kAnnotationPrefix = "annotation.";
constexpr std::string_view kOurLabel = "io.podsysctl.sandbox";
constexpr std::string_view kOurAnnotations = "podsysctl.io/";

std::string value_of(const rules::Labels& labels, std::string_view name) {
  const auto found = labels.find(name);
  return found == labels.end() ? "" : found->second;
}

void name_as_pod(Sandbox& sandbox) {
  sandbox.name = value_of(sandbox.labels, "io.kubernetes.pod.name");
  sandbox.namespace_ = value_of(sandbox.labels, "io.kubernetes.pod.namespace");
  sandbox.uid = value_of(sandbox.labels, "io.kubernetes.pod.uid");
  for (const auto& [key, value] : sandbox.labels) {
    if (key.starts_with(kAnnotationPrefix)) {
      sandbox.annotations.emplace(key.substr(kAnnotationPrefix.size()), value);
    }
  }
}

void name_as_container(Sandbox& sandbox, const docker::Container& container) {
  sandbox.name = container.name;
  sandbox.namespace_ = kDockerNamespace;
  // Where both say something, the annotation counts.
  for (const auto& [key, value] : sandbox.labels) {
    if (key.starts_with(kOurAnnotations)) {
      sandbox.annotations.emplace(key, value);
    }
  }
}

}  // namespace

std::optional<Sandbox> sandbox_of(const docker::Container& container, const Source& source) {
  Sandbox sandbox{.id = container.id,
                  .labels = {container.labels.begin(), container.labels.end()},
                  .annotations = {container.annotations.begin(), container.annotations.end()},
                  .source = source,
                  .handler = container.runtime,
                  .pid = container.running ? static_cast<pid_t>(container.pid) : 0,
                  .group = container.id};
  const std::string type = value_of(sandbox.labels, kTypeLabel);
  const bool is_inside = container.network_mode.starts_with("container:") ||
                         (!type.empty() && type != kSandboxType) ||
                         sandbox.labels.contains(kOurLabel);
  if (is_inside) {
    return std::nullopt;
  }
  if (type.empty()) {
    name_as_container(sandbox, container);
  } else {
    name_as_pod(sandbox);
  }
  return sandbox;
}

}  // namespace podsysctl::agent
