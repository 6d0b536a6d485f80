// SPDX-License-Identifier: Apache-2.0
#include "shell/source.h"

#include <algorithm>
#include <utility>

namespace podsysctl::shell {

std::size_t Sources::add_element(std::string text, std::size_t element,
                                 std::vector<Segment> segments) {
  all_.push_back({std::move(text), element, std::move(segments), 0, 0, false});
  return all_.size() - 1;
}

std::size_t Sources::add_script(const Text& script) {
  all_.push_back({script.text, 0, {}, script.source, script.at, script.verbatim});
  return all_.size() - 1;
}

Place Sources::place(std::size_t source, std::size_t at) const {
  const Source* from = &all_[source];
  while (from->segments.empty()) {  // at most kMaxCalls deep
    at = from->at + (from->verbatim ? at : 0);
    from = &all_[from->parent];
  }
  const auto after = std::ranges::upper_bound(from->segments, at, {}, &Segment::made);
  const Segment& segment = *(after == from->segments.begin() ? after : after - 1);
  return {from->element, segment.given + (segment.replaced ? 0 : at - segment.made)};
}

}  // namespace podsysctl::shell
