// SPDX-License-Identifier: Apache-2.0
#include "agent/journal.h"

#include <utility>

#include "store/writable.h"

namespace podsysctl::agent {
namespace {

constexpr std::chrono::seconds kTryAgain{5};

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

// Others are of the record itself, and would be the same again.
bool is_of_the_disk(const Error& error) {
  return error.code == Code::unavailable || error.code == Code::permission ||
         error.code == Code::timeout;
}

}  // namespace

Result<std::unique_ptr<Journal>> Journal::open(const std::string& root, std::string host,
                                               const Clock& clock, Log& log) {
  PSYS_TRY_ASSIGN(store::Store store, store::Store::open(root));
  if (store.is_read_only()) {  // it would stay so, whatever becomes of the folder
    PSYS_TRY(store::check_writable(root));
  }
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
    queue_.push_back({.entry = std::move(entry)});
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
    if (!write_next(lock)) {
      if (stop_) {
        lose_all();
        return;
      }
      wake_.wait_for(lock, kTryAgain, [this] { return stop_; });
    }
    if (queue_.empty()) {
      idle_.notify_all();
    }
  }
}

// False where it has to wait for the disk, as have all behind it.
bool Journal::write_next(std::unique_lock<std::mutex>& lock) {
  Queued next = std::move(queue_.front());
  queue_.pop_front();
  busy_ = true;
  lock.unlock();
  if (Report* const report = std::get_if<Report>(&next.entry)) {
    identify(*report);
  }
  tell(next);
  const Result<> written = write(next.entry);
  const bool waits = !written && is_of_the_disk(written.error());
  if (waits) {
    note_trouble(written.error());
  } else if (!written) {
    log_.say(LogLevel::error, fmt::format("a record was lost: {}", written.error().message));
  } else if (trouble_) {
    note_end_of_trouble();
  }
  lock.lock();
  busy_ = false;
  if (!written) {
    state_.last_error = written.error().message;
  }
  const bool fits = queue_.size() < kMaxQueued;
  if (waits && fits) {
    queue_.push_front(std::move(next));
  } else if (!written) {
    ++state_.lost;
  }
  return !waits;
}

// Whatever becomes of the record, and once.
void Journal::tell(Queued& queued) {
  const Report* const report = std::get_if<Report>(&queued.entry);
  if (report == nullptr || std::exchange(queued.told, true)) {
    return;
  }
  for (const Notice& notice : report->notices) {
    log_.say(notice.type == store::EventType::warning ? LogLevel::warning : LogLevel::info,
             fmt::format("{}/{}: {}", report->pod.namespace_, report->pod.name, line_of(notice)));
  }
}

void Journal::note_trouble(const Error& error) {
  if (!trouble_) {
    trouble_ = Trouble{std::chrono::steady_clock::now(), error.message};
    log_.say(LogLevel::error, fmt::format("records wait, pods do not: {}", error.message));
  }
}

void Journal::note_end_of_trouble() {
  const auto lasted =
      std::chrono::ceil<std::chrono::seconds>(std::chrono::steady_clock::now() - trouble_->since);
  const Timestamp now = clock_.now();
  const Result<store::EventRecord> noted = store_.add_event(
      {.type = store::EventType::warning,
       .reason = "StateNotWritable",
       .component = "podsysctl-agent",
       .host = host_,
       .object = {"Node", "default", host_, ""},
       .message = fmt::format("{}; records waited {} s for it", trouble_->why, lasted.count()),
       .first_seen = now,
       .last_seen = now});
  if (noted) {
    trouble_.reset();
    log_.say(LogLevel::info, "records are written again");
  }
}

// Under the lock.
void Journal::lose_all() {
  state_.lost += queue_.size();
  log_.say(LogLevel::error,
           fmt::format("{} records were lost: {}", queue_.size(), state_.last_error));
  queue_.clear();
  idle_.notify_all();
}

}  // namespace podsysctl::agent
