// SPDX-License-Identifier: Apache-2.0
#include "agent/sandbox_book.h"

#include <algorithm>
#include <utility>

#include "policy/alpha_annotations.h"
#include "rules/conf_text.h"

namespace podsysctl::agent {
namespace {

constexpr std::array<std::string_view, 4> kDeciding{
    rules::kConfAnnotation, rules::kProfileAnnotation, policy::kSysctlsAnnotation,
    policy::kUnsafeSysctlsAnnotation};

}  // namespace

rules::Labels what_decides(const rules::Labels& annotations) {
  rules::Labels deciding;
  for (const std::string_view name : kDeciding) {
    if (const auto found = annotations.find(name); found != annotations.end()) {
      deciding.insert(*found);
    }
  }
  return deciding;
}

std::string_view to_string(Outcome outcome) noexcept {
  static constexpr std::array<std::string_view, kOutcomes> kTexts{
      "nothing", "applied", "unchanged", "repaired", "degraded", "rejected"};
  return kTexts.at(static_cast<std::size_t>(outcome));
}

void SandboxBook::remember(const Sandbox& sandbox) {
  Sandbox kept = sandbox;
  kept.annotations = what_decides(sandbox.annotations);
  entries_[sandbox.id].sandbox = std::make_shared<const Sandbox>(std::move(kept));
}

void SandboxBook::note(const std::string& id, Given given) {
  if (const auto entry = entries_.find(id); entry != entries_.end()) {
    entry->second.given = std::move(given);
  }
}

void SandboxBook::forget(const std::string& id) { entries_.erase(id); }

void SandboxBook::keep_only(std::string_view door, const std::vector<std::string>& ids) {
  std::erase_if(entries_, [&](const auto& entry) {
    return entry.second.sandbox->source.door == door &&
           std::ranges::find(ids, entry.first) == ids.end();
  });
}

std::shared_ptr<const Sandbox> SandboxBook::find(const std::string& id) const {
  const auto entry = entries_.find(id);
  return entry == entries_.end() ? nullptr : entry->second.sandbox;
}

Given SandboxBook::given(const std::string& id) const {
  const auto entry = entries_.find(id);
  return entry == entries_.end() ? Given{} : entry->second.given;
}

const Given* SandboxBook::given_to_pod(std::string_view uid) const {
  for (const auto& [id, entry] : entries_) {
    if (uid_of(*entry.sandbox) == uid) {
      return &entry.given;
    }
  }
  return nullptr;
}

std::vector<std::string> SandboxBook::all() const {
  std::vector<std::string> ids;
  ids.reserve(entries_.size());
  for (const auto& [id, entry] : entries_) {
    ids.push_back(id);
  }
  return ids;
}

std::vector<std::string> SandboxBook::of_other_doors(std::string_view door) const {
  std::vector<std::string> ids;
  for (const auto& [id, entry] : entries_) {
    if (entry.sandbox->source.door != door) {
      ids.push_back(id);
    }
  }
  return ids;
}

std::array<std::size_t, kOutcomes> SandboxBook::by_outcome() const {
  std::array<std::size_t, kOutcomes> counts{};
  for (const auto& [id, entry] : entries_) {
    ++counts.at(static_cast<std::size_t>(entry.given.outcome));
  }
  return counts;
}

}  // namespace podsysctl::agent
