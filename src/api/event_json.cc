// SPDX-License-Identifier: Apache-2.0
#include "api/event_json.h"

#include <nlohmann/json.hpp>

#include "json/json.h"

namespace podsysctl::api {

std::string event_json(const store::EventRecord& event, EventId id) {
  json::Value view = json::Value::object();
  if (id == EventId::shown) {
    view["id"] = event.id;
  }
  view["type"] = std::string(to_string(event.type));
  view["reason"] = event.reason;
  view["source"] = {{"component", event.component}, {"host", event.host}};
  view["involvedObject"] = {{"kind", event.object.kind},
                            {"namespace", event.object.namespace_},
                            {"name", event.object.name}};
  view["message"] = event.message;
  view["count"] = event.count;
  view["firstTimestamp"] = to_rfc3339(event.first_seen);
  view["lastTimestamp"] = to_rfc3339(event.last_seen);
  return json::dump(view) + "\n";
}

}  // namespace podsysctl::api
