// SPDX-License-Identifier: Apache-2.0
#include "agent/journal.h"

#include <algorithm>
#include <set>
#include <utility>

#include "agent/report.h"

namespace podsysctl::agent {
namespace {

// "containerd" of "containerd v2.1.9"
std::string_view name_of_runtime(std::string_view runtime) {
  return runtime.substr(0, runtime.find(' '));
}

// Beyond so many in the queue, those that come are identified first: processes that are held take
// descriptors.
constexpr std::size_t kMaxHeld = 64;

void identify(Report& report) {
  if (report.process) {
    report.pod.sandbox_process = report.process->id();
    report.process.reset();
  }
}

// What a runtime passes on begins with the reason already.
std::string line_of(const Notice& notice) {
  return notice.message.starts_with(notice.reason)
             ? notice.message
             : fmt::format("{}: {}", notice.reason, notice.message);
}

}  // namespace

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

void Journal::keep(Report report) {
  if (state().queued >= kMaxHeld) {
    identify(report);
  }
  add(std::move(report));
}

void Journal::forget(std::string sandbox_id) { add(Gone{std::move(sandbox_id)}); }
void Journal::keep_only(const std::string& runtime, std::vector<std::string> sandbox_ids) {
  add(Only{runtime, std::move(sandbox_ids)});
}

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

bool Journal::settle(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  return idle_.wait_for(lock, limit, [this] { return queue_.empty() && !busy_; });
}

void Journal::serve() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stop_ || !queue_.empty(); });
    if (queue_.empty()) {
      return;
    }
    Entry entry = std::move(queue_.front());
    queue_.pop_front();
    busy_ = true;
    lock.unlock();
    if (Report* const report = std::get_if<Report>(&entry)) {
      identify(*report);
    }
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
  if (known && known->sandbox_id == report.pod.sandbox_id) {
    PSYS_TRY(put_again(report.pod, *known, report.settings));
  } else {
    PSYS_TRY(put_pod(report.pod));
    PSYS_TRY(store_.put_settings(report.pod.uid, report.settings));
  }
  PSYS_TRY(put_audit(report));
  return put_notices(report);
}

// A second look. Where it found nothing else than the first one, nothing is written.
Result<> Journal::put_again(store::PodRecord pod, const store::PodRecord& known,
                            const std::vector<store::SettingRecord>& settings) {
  PSYS_TRY_ASSIGN(const std::vector<store::SettingRecord> before, store_.settings(pod.uid));
  const std::vector<store::SettingRecord> now = merged(before, settings);
  pod.created = known.created;
  pod.started = known.started;
  if (pod != known) {
    PSYS_TRY(put_pod(pod));
  } else if (now == before) {
    return {};
  }
  return store_.put_settings(pod.uid, now);
}

Result<> Journal::put_audit(const Report& report) {
  if (report.audit.empty()) {
    return {};
  }
  std::vector<store::AuditRecord> records = report.audit;
  for (store::AuditRecord& record : records) {
    record.time = clock_.now();
  }
  PSYS_TRY(store_.begin_audit(records));
  return {};
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
    log_.say(notice.type == store::EventType::warning ? LogLevel::warning : LogLevel::info,
             fmt::format("{}/{}: {}", report.pod.namespace_, report.pod.name, line_of(notice)));
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
    const bool its_own = name_of_runtime(pod.runtime) == name_of_runtime(only.runtime);
    if (its_own && !there.contains(pod.sandbox_id)) {
      PSYS_TRY(store_.delete_pod(pod.uid));
    }
  }
  return {};
}

}  // namespace podsysctl::agent
