// SPDX-License-Identifier: Apache-2.0
#include "service/node_events.h"

#include <string>

namespace podsysctl::service {

Result<> note_of_node(const node::Node& node, store::EventType type, std::string_view reason,
                      std::string_view message) {
  const Timestamp now = node.clock.now();
  const store::EventRecord event{.type = type,
                                 .reason = std::string(reason),
                                 .host = node.host,
                                 .object = {"Node", "default", node.host, ""},
                                 .message = std::string(message),
                                 .first_seen = now,
                                 .last_seen = now};
  PSYS_TRY(node.store.add_event(event));
  return {};
}

}  // namespace podsysctl::service
