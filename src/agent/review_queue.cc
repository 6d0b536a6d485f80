// SPDX-License-Identifier: Apache-2.0
#include "agent/review_queue.h"

#include <utility>

namespace podsysctl::agent {

void ReviewQueue::add(Review review) {
  {
    const std::scoped_lock lock(mutex_);
    if (!waiting_.insert(review.sandbox_id).second) {
      return;
    }
    queue_.push_back(std::move(review));
  }
  changed_.notify_one();
}

std::optional<Review> ReviewQueue::take_until(std::optional<Time> end) {
  std::unique_lock lock(mutex_);
  one_is_out_ = false;
  const auto done = [this] { return closed_ || !queue_.empty(); };
  if (end) {
    changed_.wait_until(lock, *end, done);
  } else {
    changed_.wait(lock, done);
  }
  if (closed_ || queue_.empty()) {
    return std::nullopt;
  }
  Review next = std::move(queue_.front());
  queue_.pop_front();
  waiting_.erase(next.sandbox_id);
  one_is_out_ = true;
  return next;
}

std::size_t ReviewQueue::size() const {
  const std::scoped_lock lock(mutex_);
  return queue_.size() + (one_is_out_ ? 1 : 0);
}

void ReviewQueue::close() {
  {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
}

bool ReviewQueue::is_closed() const {
  const std::scoped_lock lock(mutex_);
  return closed_;
}

}  // namespace podsysctl::agent
