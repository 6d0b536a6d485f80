// SPDX-License-Identifier: Apache-2.0
// What turns text into the events of a TreeBuilder: libyaml (yaml/libyaml_source.h) or our JSON
// scanner (yaml/json_source.h).
#pragma once

#include "base/result.h"
#include "yaml/tree_builder.h"

namespace podsysctl::yaml {

class EventSource {
 public:
  EventSource() = default;
  EventSource(const EventSource&) = delete;
  EventSource& operator=(const EventSource&) = delete;
  EventSource(EventSource&&) = delete;
  EventSource& operator=(EventSource&&) = delete;
  virtual ~EventSource() = default;

  // Feeds one document; false at the end of the text.
  [[nodiscard]] virtual Result<bool> next_document(TreeBuilder& builder) = 0;
};

}  // namespace podsysctl::yaml
