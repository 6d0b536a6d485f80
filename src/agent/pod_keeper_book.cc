// SPDX-License-Identifier: Apache-2.0
// Which sandboxes there are, which of them are to be looked at again, and how they stand.
#include <algorithm>
#include <utility>

#include "agent/pod_keeper.h"

namespace podsysctl::agent {

void PodKeeper::review(const Sandbox& sandbox) {
  // Nothing is refused on a review, so there is nothing to pass on.
  static_cast<void>(handle(sandbox, Occasion::review, writer_));
}

void PodKeeper::follow(const Sandbox& sandbox) {
  static_cast<void>(handle(sandbox, Occasion::follow, writer_));
}

// Another door was told of this very sandbox before, or this one was: events may come twice. The
// caller has the lock.
bool PodKeeper::is_done(const Sandbox& sandbox, Occasion occasion) const {
  const std::shared_ptr<const Sandbox> known = book_.find(sandbox.id);
  if (occasion == Occasion::start || !known || known->pid != sandbox.pid ||
      book_.given(sandbox.id).outcome == Outcome::nothing) {
    return false;
  }
  return occasion == Occasion::follow || known->source.door != sandbox.source.door;
}

void PodKeeper::found(const Sandbox& sandbox) {
  {
    const std::scoped_lock lock(mutex_);
    if (is_done(sandbox, Occasion::review)) {
      return;
    }
    book_.remember(sandbox);
  }
  reviews_.add({sandbox.id, Occasion::review});
}

void PodKeeper::policies_changed() {
  std::vector<std::string> ids;
  {
    const std::scoped_lock lock(mutex_);
    ids = book_.all();
  }
  for (std::string& id : ids) {
    reviews_.add({std::move(id), Occasion::policy_changed});
  }
}

void PodKeeper::review(const Review& due) {
  std::shared_ptr<const Sandbox> sandbox;
  {
    const std::scoped_lock lock(mutex_);
    sandbox = book_.find(due.sandbox_id);
  }
  if (sandbox) {  // else it has gone meanwhile
    static_cast<void>(handle(*sandbox, due.occasion, writer_));
  }
}

void PodKeeper::gone(const std::string& sandbox_id) {
  const std::scoped_lock lock(mutex_);
  book_.forget(sandbox_id);
  // Also of one that was refused: its record stays until the runtime forgets it, too.
  around_.recorder.forget(sandbox_id);
}

void PodKeeper::keep_only(const Source& source, const std::vector<std::string>& sandbox_ids) {
  const std::scoped_lock lock(mutex_);
  book_.keep_only(source.door, sandbox_ids);
  // Two runtimes of one name have a door each.
  std::vector<std::string> all = book_.of_other_doors(source.door);
  all.insert(all.end(), sandbox_ids.begin(), sandbox_ids.end());
  around_.recorder.keep_only(source.runtime, std::move(all));
}

void PodKeeper::answered_late(std::string_view what) {
  note_fault(fmt::format("{}: the runtime did not wait for the answer", what));
  const std::scoped_lock lock(mutex_);
  ++standing_.late;
}

rules::OnDrift PodKeeper::on_drift(std::string_view pod_uid, std::string_view key) const {
  const std::scoped_lock lock(mutex_);
  const Given* const given = book_.given_to_pod(pod_uid);
  const bool has_lapsed =
      given != nullptr && std::ranges::find(given->lapsed, key) != given->lapsed.end();
  return given == nullptr || has_lapsed ? rules::OnDrift::report : given->on_drift;
}

Standing PodKeeper::standing() const {
  const std::scoped_lock lock(mutex_);
  Standing standing = standing_;
  standing.sandboxes = book_.by_outcome();
  standing.waiting = reviews_.size();
  return standing;
}

}  // namespace podsysctl::agent
