// SPDX-License-Identifier: Apache-2.0
#include "node/events.h"

namespace podsysctl::node {
namespace {

Result<> add(const Node& node, const store::PodRecord& pod, store::EventType type,
             std::string_view reason, std::string_view message) {
  const Timestamp now = node.clock.now();
  const store::EventRecord event{.type = type,
                                 .reason = std::string(reason),
                                 .host = node.host,
                                 .object = {"Pod", pod.namespace_, pod.name, pod.uid},
                                 .message = std::string(message),
                                 .first_seen = now,
                                 .last_seen = now};
  PSYS_TRY(node.store.add_event(event));
  return {};
}

}  // namespace

Result<> note(const Node& node, const store::PodRecord& pod, std::string_view reason,
              std::string_view message) {
  return add(node, pod, store::EventType::normal, reason, message);
}

Result<> warn(const Node& node, const store::PodRecord& pod, std::string_view reason,
              std::string_view message) {
  return add(node, pod, store::EventType::warning, reason, message);
}

}  // namespace podsysctl::node
