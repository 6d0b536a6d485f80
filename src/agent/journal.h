// SPDX-License-Identifier: Apache-2.0
// The agent's records in its own state database, written by a thread of its own: whoever hands them
// over never waits for a disk. A disk that is slow, full or read-only lets them queue up, which is
// said once, and tried again; beyond kMaxQueued the oldest go, which is counted. What another run
// of the agent left is brought in line when a runtime tells of its sandboxes. Thread-safety: any
// thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "agent/recorder.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "store/store.h"

namespace podsysctl::agent {

inline constexpr std::size_t kMaxQueued = 8192;

class Journal final : public Recorder {
 public:
  // `host` is this host's name, for events. An error where nothing can be written now.
  [[nodiscard]] static Result<std::unique_ptr<Journal>> open(const std::string& root,
                                                             std::string host, const Clock& clock,
                                                             Log& log);
  // Writes what is queued, for as long as a disk takes that takes it.
  ~Journal() override;

  void keep(Report report) override;
  void forget(std::string sandbox_id) override;
  void keep_only(const std::string& runtime, std::vector<std::string> sandbox_ids) override;
  [[nodiscard]] bool settle(std::chrono::milliseconds limit) override;

  struct State {
    std::size_t queued = 0;
    std::uint64_t lost = 0;  // reports that found no room, or that the database refused
    std::string last_error;
  };
  [[nodiscard]] State state() const;

 private:
  struct Gone {
    std::string sandbox_id;
  };
  struct Only {
    std::string runtime;
    std::vector<std::string> sandbox_ids;
  };
  using Entry = std::variant<Report, Gone, Only>;

  struct Queued {
    Entry entry;
    bool told = false;  // to the log
  };
  // Since when nothing can be written, and why.
  struct Trouble {
    std::chrono::steady_clock::time_point since;
    std::string why;
  };

  Journal(store::Store store, std::string host, const Clock& clock, Log& log);
  void add(Entry entry);
  void serve();
  [[nodiscard]] bool write_next(std::unique_lock<std::mutex>& lock);
  void tell(Queued& queued);
  void note_trouble(const Error& error);
  void note_end_of_trouble();
  void lose_all();
  [[nodiscard]] Result<> write(const Entry& entry);
  [[nodiscard]] Result<> write(const Report& report);
  [[nodiscard]] Result<> write(const Gone& gone);
  [[nodiscard]] Result<> write(const Only& only);
  [[nodiscard]] Result<> put_again(store::PodRecord pod, const store::PodRecord& known,
                                   const std::vector<store::SettingRecord>& settings);
  [[nodiscard]] Result<> put_pod(const store::PodRecord& pod);
  [[nodiscard]] Result<> put_audit(const Report& report);
  [[nodiscard]] Result<> put_notices(const Report& report);

  store::Store store_;  // of the thread, as is the next
  std::optional<Trouble> trouble_;
  std::string host_;
  const Clock& clock_;
  Log& log_;
  mutable std::mutex mutex_;  // over what follows
  std::deque<Queued> queue_;
  State state_;
  bool stop_ = false;
  bool busy_ = false;
  std::condition_variable wake_;
  std::condition_variable idle_;
  std::thread thread_;
};

}  // namespace podsysctl::agent
