// SPDX-License-Identifier: Apache-2.0
#include "pod/container_reader.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "pod/env_reader.h"
#include "pod/names.h"
#include "pod/port_reader.h"
#include "pod/resource_reader.h"
#include "pod/security_reader.h"

namespace podsysctl::pod {
namespace {

std::optional<std::string> check_image(std::string_view image) {
  if (trim(image).size() != image.size() || std::ranges::any_of(image, is_control)) {
    return in_quotes(image) + " must not contain blanks at its ends or control characters";
  }
  return std::nullopt;
}

std::optional<std::string> check_working_dir(std::string_view path) {
  return path.starts_with('/') ? std::nullopt
                               : std::optional(in_quotes(path) + " must start with '/'");
}

PullPolicy read_pull_policy(const ObjectReader& container, std::string_view image) {
  const auto text = container.text("imagePullPolicy");
  constexpr std::array<std::pair<std::string_view, PullPolicy>, 3> kPolicies{
      {{"Always", PullPolicy::always},
       {"IfNotPresent", PullPolicy::if_not_present},
       {"Never", PullPolicy::never}}};
  if (!text || text->empty()) {
    return default_pull_policy(image);
  }
  const auto found =
      std::ranges::find(kPolicies, *text, &std::pair<std::string_view, PullPolicy>::first);
  if (found == kPolicies.end()) {
    container.error_in("imagePullPolicy",
                       in_quotes(*text) + " must be Always, IfNotPresent or Never");
    return PullPolicy::if_not_present;
  }
  return found->second;
}

void check_container_restart(const ObjectReader& container, ContainerRole role) {
  const auto policy = container.text("restartPolicy");
  if (!policy) {
    return;
  }
  if (role == ContainerRole::init && *policy == "Always") {
    container.error_in("restartPolicy",
                       "sidecars (init containers with restartPolicy: Always) are not supported; "
                       "move this container to spec.containers");
  } else {
    container.error_in("restartPolicy",
                       "a restart policy per container is not supported; use spec.restartPolicy");
  }
}

}  // namespace

PullPolicy default_pull_policy(std::string_view image) {
  for (const std::string_view local : {"rootfs:", "oci:", "docker-archive:"}) {
    if (image.starts_with(local)) {
      return PullPolicy::if_not_present;
    }
  }
  const std::string_view last = image.substr(image.rfind('/') + 1);  // npos + 1 is 0
  if (last.find('@') != std::string_view::npos) {
    const std::string_view named = last.substr(0, last.find('@'));
    return named.ends_with(":latest") ? PullPolicy::always : PullPolicy::if_not_present;
  }
  const bool latest = last.find(':') == std::string_view::npos || last.ends_with(":latest");
  return latest ? PullPolicy::always : PullPolicy::if_not_present;
}

Container read_container(const yaml::Value& value, const ContainerScope& scope,
                         Problems& problems) {
  const ObjectReader reader(value, "spec.containers[]", problems);
  Container container;
  container.line = value.at().line;
  container.name = reader.required_text("name", check_dns_label).value_or("");
  container.image = reader.required_text("image", check_image).value_or("");
  container.pull = read_pull_policy(reader, container.image);
  container.working_dir = reader.text("workingDir", check_working_dir).value_or("");
  container.security = read_container_security(reader, scope.security);
  container.resources = read_resources(reader);
  container.ports = read_ports(reader, scope.pod.pod->network);
  const Environment environment = read_env(reader, scope.pod, container);
  container.env = environment.variables();
  container.command = read_words(reader, "command", scope.pod, environment);
  container.args = read_words(reader, "args", scope.pod, environment);
  container.mounts = read_mounts(reader, scope.volumes, environment);
  container.open_stdin = reader.flag_or("stdin", false);
  container.tty = reader.flag_or("tty", false);
  check_container_restart(reader, scope.role);
  (void)reader.object("lifecycle", "lifecycle");  // judged by the field rules
  return container;
}

}  // namespace podsysctl::pod
