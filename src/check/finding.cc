// SPDX-License-Identifier: Apache-2.0
#include "check/finding.h"

#include <algorithm>
#include <utility>

namespace podsysctl::check {
namespace {

// Names and texts come from hostile input, and go into each finding.
constexpr std::size_t kMaxName = 512;
constexpr std::size_t kMaxText = 4096;

std::string cut(std::string text, std::size_t limit) {
  if (text.size() <= limit) {
    return text;
  }
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0U) == 0x80U) {
    --limit;  // not within a character
  }
  text.resize(limit);
  return text + "…";
}

}  // namespace

void Summary::add(const Summary& other) noexcept {
  documents += other.documents;
  workloads += other.workloads;
  errors += other.errors;
  warnings += other.warnings;
  infos += other.infos;
}

void Summary::count(Severity severity) noexcept {
  errors += severity == Severity::error ? 1U : 0U;
  warnings += severity == Severity::warning ? 1U : 0U;
  infos += severity == Severity::info ? 1U : 0U;
}

void Sink::enter(ObjectName object, std::vector<Rule> suppressed) {
  object_ = {.kind = cut(std::move(object.kind), kMaxName),
             .namespace_ = cut(std::move(object.namespace_), kMaxName),
             .name = cut(std::move(object.name), kMaxName)};
  suppressed_ = std::move(suppressed);
}

void Sink::leave() {
  object_ = {};
  suppressed_.clear();
}

bool Sink::wants(Rule rule) const noexcept {
  return severities_.at(index_of(rule)) != Severity::off &&
         std::ranges::find(suppressed_, rule) == suppressed_.end();
}

void Sink::add(Rule rule, Place place, std::string message, std::string hint) {
  if (!wants(rule)) {
    return;
  }
  const Severity severity = severities_.at(index_of(rule));
  findings_.push_back({.rule = rule,
                       .severity = severity,
                       .line = place.at.line,
                       .column = place.at.column,
                       .kind = object_.kind,
                       .namespace_ = object_.namespace_,
                       .name = object_.name,
                       .path = cut(std::move(place.path), kMaxText),
                       .sysctl = cut(std::move(place.sysctl), kMaxName),
                       .message = cut(std::move(message), kMaxText),
                       .hint = cut(std::move(hint), kMaxText)});
  summary_.count(severity);
}

}  // namespace podsysctl::check
