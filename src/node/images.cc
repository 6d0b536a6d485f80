// SPDX-License-Identifier: Apache-2.0
#include "node/images.h"

#include <utility>

namespace podsysctl::node {
namespace {

image::Pull pull_policy_of(const pod::Container& container) {
  switch (container.pull) {
    case pod::PullPolicy::always:
      return image::Pull::refresh;
    case pod::PullPolicy::never:
      return image::Pull::never;
    case pod::PullPolicy::if_not_present:
      break;
  }
  return image::Pull::missing;
}

}  // namespace

Result<PlannedContainer> plan_container(const EngineNode& node, const pod::PodSpec& spec,
                                        const pod::Container& container, store::ContainerKind kind,
                                        const std::optional<image::Pull>& pull) {
  PSYS_TRY_ASSIGN(const image::Reference reference, image::parse_reference(container.image));
  PSYS_TRY_ASSIGN(image::Resolved resolved,
                  node.engine.resolve_image({.reference = reference,
                                             .pull = pull.value_or(pull_policy_of(container)),
                                             .keychain = {spec.pull_secrets, node.authfile}},
                                            node.progress));
  for (const std::string& warning : resolved.warnings) {
    node.reporter.warn(warning);
  }
  return PlannedContainer{&container, std::move(resolved.image), kind};
}

Result<std::vector<PlannedContainer>> plan_containers(const EngineNode& node,
                                                      const pod::PodSpec& spec,
                                                      const std::vector<pod::Container>& containers,
                                                      store::ContainerKind kind,
                                                      const std::optional<image::Pull>& pull) {
  std::vector<PlannedContainer> planned;
  for (const pod::Container& container : containers) {
    PSYS_TRY_ASSIGN(PlannedContainer one, plan_container(node, spec, container, kind, pull));
    planned.push_back(std::move(one));
  }
  return planned;
}

}  // namespace podsysctl::node
