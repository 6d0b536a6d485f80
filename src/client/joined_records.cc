// SPDX-License-Identifier: Apache-2.0
#include "client/joined_records.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace podsysctl::client {
namespace {

const std::string& sandbox_of(const store::PodRecord& pod) {
  return pod.runtime_id.empty() ? pod.sandbox_id : pod.runtime_id;
}

}  // namespace

Result<std::vector<api::ListedPod>> JoinedRecords::pods(api::Ended ended) {
  PSYS_TRY_ASSIGN(std::vector<api::ListedPod> pods, first_.pods(ended));
  PSYS_TRY_ASSIGN(std::vector<api::ListedPod> more, second_.pods(ended));
  std::set<std::string> known;
  for (const api::ListedPod& listed : pods) {
    known.insert({listed.pod.uid, sandbox_of(listed.pod)});
  }
  std::erase_if(more, [&known](const api::ListedPod& listed) {
    return known.contains(listed.pod.uid) || known.contains(sandbox_of(listed.pod));
  });
  std::ranges::move(more, std::back_inserter(pods));
  std::ranges::stable_sort(pods, {},
                           [](const api::ListedPod& listed) { return listed.pod.created; });
  return pods;
}

Result<api::InspectedPod> JoinedRecords::pod(const std::string& reference) {
  Result<api::InspectedPod> found = first_.pod(reference);
  if (found || found.error().code != Code::not_found) {
    return found;
  }
  Result<api::InspectedPod> other = second_.pod(reference);
  return other || other.error().code != Code::not_found ? std::move(other) : std::move(found);
}

Result<std::vector<store::EventRecord>> JoinedRecords::events(const api::EventWish& wish) {
  PSYS_TRY_ASSIGN(std::vector<store::EventRecord> events, first_.events(wish));
  PSYS_TRY_ASSIGN(std::vector<store::EventRecord> more, second_.events(wish));
  std::ranges::move(more, std::back_inserter(events));
  std::ranges::stable_sort(events, {}, &store::EventRecord::last_seen);
  return events;
}

Result<api::EventStreams> JoinedRecords::follow(const api::EventWish& wish) {
  PSYS_TRY_ASSIGN(api::EventStreams streams, first_.follow(wish));
  PSYS_TRY_ASSIGN(api::EventStreams more, second_.follow(wish));
  std::ranges::move(more, std::back_inserter(streams));
  return streams;
}

}  // namespace podsysctl::client
