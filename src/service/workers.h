// SPDX-License-Identifier: Apache-2.0
// Threads that do what takes time: a bounded number, started when there is work and ended when
// there is none, so that an idle service holds one thread's memory. Work that mostly waits (a
// container that has 30 s to end, init containers) is counted apart, so that it keeps no other pod
// waiting. Thread-safety: submit() from any thread; jobs run on any, each with the workplace of its
// thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/result.h"
#include "service/workplace.h"

namespace podsysctl::service {

enum class JobKind : std::uint8_t { quick, waiting };

struct WorkerLimits {
  std::size_t quick = 4;
  std::size_t waiting = 16;
};

class Workers {
 public:
  // It gets the error where no workplace could be opened.
  using Job = std::function<void(const Result<const node::Node*>&)>;

  explicit Workers(OpenWorkplace open, WorkerLimits limits = {});
  // Jobs that were not begun are dropped; waits for those that were.
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  void submit(JobKind kind, Job job);
  // Drops what was not begun; true once nothing is being done, false when time ran out.
  [[nodiscard]] bool drain(std::chrono::milliseconds limit);

 private:
  struct Queue {
    std::deque<Job> jobs;
    std::size_t limit = 0;
    std::size_t running = 0;
  };

  void serve();
  // The next job and its queue; none when there is none for long enough.
  [[nodiscard]] Queue* wait_for_work(std::unique_lock<std::mutex>& lock);
  [[nodiscard]] Queue* ready_queue();
  [[nodiscard]] std::size_t runnable() const;
  void run_next(Queue& queue, std::unique_ptr<Workplace>& workplace,
                std::unique_lock<std::mutex>& lock);
  void join_ended();

  OpenWorkplace open_;
  std::mutex mutex_;  // guards all below
  std::condition_variable work_;
  std::condition_variable idle_;
  Queue quick_;
  Queue waiting_;
  std::size_t resting_ = 0;  // threads without a job
  bool stop_ = false;
  std::vector<std::thread> threads_;
  std::vector<std::thread::id> ended_;
};

}  // namespace podsysctl::service
