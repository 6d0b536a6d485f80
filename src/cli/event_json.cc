// SPDX-License-Identifier: Apache-2.0
#include "cli/event_json.h"

#include <nlohmann/json.hpp>

#include "json/json.h"

namespace podsysctl::cli {

std::string event_json(const store::EventRecord& event) {
  const json::Value view = {{"type", std::string(to_string(event.type))},
                            {"reason", event.reason},
                            {"source", {{"component", event.component}, {"host", event.host}}},
                            {"involvedObject",
                             {{"kind", event.object.kind},
                              {"namespace", event.object.namespace_},
                              {"name", event.object.name}}},
                            {"message", event.message},
                            {"count", event.count},
                            {"firstTimestamp", to_rfc3339(event.first_seen)},
                            {"lastTimestamp", to_rfc3339(event.last_seen)}};
  return json::dump(view) + "\n";
}

}  // namespace podsysctl::cli
