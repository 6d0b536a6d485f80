// SPDX-License-Identifier: Apache-2.0
#include "node/events.h"

#include <string>

#include "image/sha256.h"

namespace podsysctl::node {
namespace {

Result<> add(const Node& node, const store::PodRecord& pod, store::EventType type,
             std::string_view reason, std::string_view message) {
  const Timestamp now = node.clock.now();
  const store::EventRecord event{.type = type,
                                 .reason = std::string(reason),
                                 .host = node.host,
                                 .object = object_of(pod),
                                 .message = std::string(message),
                                 .first_seen = now,
                                 .last_seen = now};
  PSYS_TRY(node.store.add_event(event));
  return {};
}

// A UUID that is made by a rule of one's own (RFC 9562, version 8).
std::string uid_of_source(const store::PodRecord& pod) {
  const std::string hash = pod.source_hash.substr(0, pod.source_hash.find('+'));
  std::string hex(image::hex_of(image::sha256_of(pod.source + "\n" + hash)).substr(0, 32));
  hex[12] = '8';
  hex[16] = 'a';
  for (const std::size_t dash : {20U, 16U, 12U, 8U}) {
    hex.insert(dash, "-");
  }
  return hex;
}

}  // namespace

store::ObjectReference object_of(const store::PodRecord& pod) {
  return {"Pod", pod.namespace_, pod.name, pod.source.empty() ? pod.uid : uid_of_source(pod)};
}

Result<> note(const Node& node, const store::PodRecord& pod, std::string_view reason,
              std::string_view message) {
  return add(node, pod, store::EventType::normal, reason, message);
}

Result<> warn(const Node& node, const store::PodRecord& pod, std::string_view reason,
              std::string_view message) {
  return add(node, pod, store::EventType::warning, reason, message);
}

}  // namespace podsysctl::node
