// SPDX-License-Identifier: Apache-2.0
// Sandboxes that are to be looked at again, by and by, each once however often it is asked for: the
// doors and whoever reads the policies put them in, the caretaker takes them out.
// Thread-safety: any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <string>

namespace podsysctl::agent {

// Why a sandbox that runs is looked at.
enum class Occasion : std::uint8_t {
  start,           // it was just made, and the runtime waits
  follow,          // it was just made, and the runtime does not wait
  review,          // it was there before a door opened
  policy_changed,  // other policies are in force than when it was looked at
};

struct Review {
  std::string sandbox_id;
  Occasion occasion = Occasion::review;
};

class ReviewQueue {
 public:
  using Time = std::chrono::steady_clock::time_point;

  void add(Review review);
  // Nothing where there is none until then, or after close().
  [[nodiscard]] std::optional<Review> take_until(std::optional<Time> end);
  // With the one that was taken last, until whoever took it comes for the next.
  [[nodiscard]] std::size_t size() const;
  // Nobody waits any longer.
  void close();
  [[nodiscard]] bool is_closed() const;

 private:
  mutable std::mutex mutex_;  // over what follows
  std::deque<Review> queue_;
  std::set<std::string> waiting_;  // ids in the queue
  bool one_is_out_ = false;
  bool closed_ = false;
  std::condition_variable changed_;
};

}  // namespace podsysctl::agent
