// SPDX-License-Identifier: Apache-2.0
#include "agent/journal.h"

#include <algorithm>
#include <set>
#include <utility>

namespace podsysctl::agent {

Result<std::unique_ptr<Journal>> Journal::open(const std::string& root, std::string host,
                                               const Clock& clock, Log& log) {
  PSYS_TRY_ASSIGN(store::Store store, store::Store::open(root));
  return std::unique_ptr<Journal>(new Journal(std::move(store), std::move(host), clock, log));
}

Journal::Journal(store::Store store, std::string host, const Clock& clock, Log& log)
    : store_(std::move(store)), host_(std::move(host)), clock_(clock), log_(log) {
  thread_ = std::thread([this] { serve(); });
}

Journal::~Journal() {
  {
    const std::scoped_lock lock(mutex_);
    stop_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Journal::keep(Report report) { add(std::move(report)); }
void Journal::forget(std::string sandbox_id) { add(Gone{std::move(sandbox_id)}); }
void Journal::keep_only(std::vector<std::string> sandbox_ids) { add(Only{std::move(sandbox_ids)}); }

void Journal::add(Entry entry) {
  {
    const std::scoped_lock lock(mutex_);
    if (queue_.size() >= kMaxQueued) {
      queue_.pop_front();
      ++state_.lost;
      state_.last_error = fmt::format("more than {} records wait for the disk", kMaxQueued);
    }
    queue_.push_back(std::move(entry));
  }
  wake_.notify_one();
}

Journal::State Journal::state() const {
  const std::scoped_lock lock(mutex_);
  State state = state_;
  state.queued = queue_.size();
  return state;
}

void Journal::drain() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return queue_.empty() && !busy_; });
}

void Journal::serve() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stop_ || !queue_.empty(); });
    if (queue_.empty()) {
      return;
    }
    const Entry entry = std::move(queue_.front());
    queue_.pop_front();
    busy_ = true;
    lock.unlock();
    if (const Result<> written = write(entry); !written) {
      note_loss(written.error());
    }
    lock.lock();
    busy_ = false;
    if (queue_.empty()) {
      idle_.notify_all();
    }
  }
}

void Journal::note_loss(const Error& error) {
  {
    const std::scoped_lock lock(mutex_);
    ++state_.lost;
    state_.last_error = error.message;
  }
  log_.say(LogLevel::error, fmt::format("a record was lost: {}", error.message));
}

Result<> Journal::write(const Entry& entry) {
  PSYS_TRY_ASSIGN(store::Transaction transaction, store_.begin());
  PSYS_TRY(std::visit([this](const auto& which) { return write(which); }, entry));
  return transaction.commit();
}

Result<> Journal::write(const Report& report) {
  const Result<store::PodRecord> known = store_.pod(report.pod.uid);
  // A second look that had nothing to do and nothing to say: what the first one found stands.
  if (known && known->sandbox_id == report.pod.sandbox_id && report.notices.empty()) {
    return {};
  }
  PSYS_TRY(put_pod(report.pod));
  PSYS_TRY(store_.put_settings(report.pod.uid, report.settings));
  return put_notices(report);
}

// The pod may be on record with a former sandbox, and its name with a former pod.
Result<> Journal::put_pod(const store::PodRecord& pod) {
  PSYS_TRY_ASSIGN(const std::vector<store::PodRecord> pods, store_.pods());
  for (const store::PodRecord& other : pods) {
    const bool same_name = other.namespace_ == pod.namespace_ && other.name == pod.name;
    if (other.uid == pod.uid || same_name) {
      PSYS_TRY(store_.delete_pod(other.uid));
    }
  }
  return store_.insert_pod(pod);
}

Result<> Journal::put_notices(const Report& report) {
  const Timestamp now = clock_.now();
  for (const Notice& notice : report.notices) {
    const store::EventRecord event{
        .type = notice.type,
        .reason = notice.reason,
        .component = "podsysctl-agent",
        .host = host_,
        .object = {"Pod", report.pod.namespace_, report.pod.name, report.pod.uid},
        .message = notice.message,
        .first_seen = now,
        .last_seen = now};
    PSYS_TRY(store_.add_event(event));
  }
  return {};
}

Result<> Journal::write(const Gone& gone) {
  PSYS_TRY_ASSIGN(const std::vector<store::PodRecord> pods, store_.pods());
  for (const store::PodRecord& pod : pods) {
    if (pod.sandbox_id == gone.sandbox_id) {
      PSYS_TRY(store_.delete_pod(pod.uid));
    }
  }
  return {};
}

Result<> Journal::write(const Only& only) {
  const std::set<std::string> there(only.sandbox_ids.begin(), only.sandbox_ids.end());
  PSYS_TRY_ASSIGN(const std::vector<store::PodRecord> pods, store_.pods());
  for (const store::PodRecord& pod : pods) {
    if (!there.contains(pod.sandbox_id)) {
      PSYS_TRY(store_.delete_pod(pod.uid));
    }
  }
  return {};
}

}  // namespace podsysctl::agent
