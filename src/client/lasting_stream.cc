// SPDX-License-Identifier: Apache-2.0
#include "client/lasting_stream.h"

namespace podsysctl::client {

Result<std::vector<store::EventRecord>> LastingStream::next() {
  Result<std::vector<store::EventRecord>> events = stream_->next();
  if (!events && go_on_) {
    const GoOn go_on = std::exchange(go_on_, nullptr);
    PSYS_TRY_ASSIGN(stream_, go_on(last_));
    events = stream_->next();
  }
  if (events && !events->empty()) {
    last_ = events->back().id;
  }
  return events;
}

}  // namespace podsysctl::client
