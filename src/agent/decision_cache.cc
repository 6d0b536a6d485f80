// SPDX-License-Identifier: Apache-2.0
#include "agent/decision_cache.h"

#include <algorithm>
#include <utility>

namespace podsysctl::agent {
namespace {

bool are_alike(const rules::PodFacts& one, const rules::PodFacts& other) {
  return one.host.net == other.host.net && one.host.ipc == other.host.ipc &&
         one.user == other.user && one.interface == other.interface &&
         one.namespace_ == other.namespace_ && one.annotations == other.annotations &&
         one.labels == other.labels && one.namespace_labels == other.namespace_labels &&
         one.service_account == other.service_account && one.images == other.images &&
         one.field.empty() && other.field.empty();
}

}  // namespace

DecisionCache::Decided DecisionCache::find(
    const rules::PodFacts& pod, const std::shared_ptr<const rules::PolicySet>& policies) const {
  const auto entry = std::ranges::find_if(entries_, [&](const Entry& each) {
    return each.policies == policies && are_alike(each.pod, pod);
  });
  return entry == entries_.end() ? nullptr : entry->decision;
}

void DecisionCache::keep(rules::PodFacts pod, std::shared_ptr<const rules::PolicySet> policies,
                         Decided decision) {
  Entry entry{std::move(pod), std::move(policies), std::move(decision)};
  if (entries_.size() < kMost) {
    entries_.push_back(std::move(entry));
    return;
  }
  entries_[next_] = std::move(entry);
  next_ = (next_ + 1) % kMost;
}

}  // namespace podsysctl::agent
