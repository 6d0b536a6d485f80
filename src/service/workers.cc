// SPDX-License-Identifier: Apache-2.0
#include "service/workers.h"

#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

namespace podsysctl::service {
namespace {

// Long enough for pods that are started one after another to meet an open store.
constexpr std::chrono::seconds kRest{5};

}  // namespace

Workers::Workers(OpenWorkplace open, WorkerLimits limits) : open_(std::move(open)) {
  quick_.limit = limits.quick;
  waiting_.limit = limits.waiting;
}

Workers::~Workers() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    quick_.jobs.clear();
    waiting_.jobs.clear();
  }
  work_.notify_all();
  for (std::thread& thread : threads_) {
    thread.join();
  }
}

void Workers::submit(JobKind kind, Job job) {
  const std::lock_guard lock(mutex_);
  Queue& queue = kind == JobKind::quick ? quick_ : waiting_;
  queue.jobs.push_back(std::move(job));
  join_ended();
  if (resting_ < runnable()) {
    ++resting_;
    threads_.emplace_back([this] { serve(); });
  }
  work_.notify_one();
}

bool Workers::drain(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  quick_.jobs.clear();
  waiting_.jobs.clear();
  return idle_.wait_for(lock, limit, [this] { return quick_.running + waiting_.running == 0; });
}

std::size_t Workers::runnable() const {
  const auto of = [](const Queue& queue) {
    return std::min(queue.jobs.size(), queue.limit - queue.running);
  };
  return of(quick_) + of(waiting_);
}

Workers::Queue* Workers::ready_queue() {
  for (Queue* queue : {&quick_, &waiting_}) {
    if (!queue->jobs.empty() && queue->running < queue->limit) {
      return queue;
    }
  }
  return nullptr;
}

Workers::Queue* Workers::wait_for_work(std::unique_lock<std::mutex>& lock) {
  Queue* found = nullptr;
  work_.wait_for(lock, kRest, [&] {
    found = ready_queue();
    return stop_ || found != nullptr;
  });
  return stop_ ? nullptr : found;
}

// A thread cannot join itself; the next one that comes by does it.
void Workers::join_ended() {
  for (const std::thread::id id : ended_) {
    const auto thread = std::ranges::find(threads_, id, &std::thread::get_id);
    thread->join();
    threads_.erase(thread);
  }
  ended_.clear();
}

void Workers::run_next(Queue& queue, std::unique_ptr<Workplace>& workplace,
                       std::unique_lock<std::mutex>& lock) {
  Job job = std::move(queue.jobs.front());
  queue.jobs.pop_front();
  ++queue.running;
  --resting_;
  lock.unlock();
  std::optional<Error> failure;
  if (!workplace) {
    Result<std::unique_ptr<Workplace>> opened = open_();
    if (opened) {
      workplace = *std::move(opened);
    } else {
      failure = std::move(opened).error();
    }
  }
  job(failure ? Result<const node::Node*>(std::unexpected(*failure))
              : Result<const node::Node*>(&workplace->node()));
  job = nullptr;
  if (workplace && workplace->node().store.is_read_only()) {
    workplace.reset();  // the next job may find a folder that can be written again
  }
  lock.lock();
  ++resting_;
  --queue.running;
  idle_.notify_all();
}

void Workers::serve() {
  std::unique_ptr<Workplace> workplace;
  std::unique_lock lock(mutex_);
  while (Queue* const queue = wait_for_work(lock)) {
    run_next(*queue, workplace, lock);
  }
  --resting_;
  if (!stop_) {
    ended_.push_back(std::this_thread::get_id());
  }
  lock.unlock();
  workplace.reset();
  ::malloc_trim(0);
}

}  // namespace podsysctl::service
