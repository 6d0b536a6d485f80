// SPDX-License-Identifier: Apache-2.0
// Hears of the processes that a containerd starts and ends, on a thread of its own with a
// connection of its own. Thread-safety: one thread beside its own.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "cri/types.h"
#include "linux/wake_up.h"

namespace podsysctl::agent {

class TaskWatch {
 public:
  [[nodiscard]] static Result<std::unique_ptr<TaskWatch>> start(std::string socket);
  TaskWatch(const TaskWatch&) = delete;
  TaskWatch& operator=(const TaskWatch&) = delete;
  ~TaskWatch();

  // Readable where there may be something to take.
  [[nodiscard]] linux::FdRef news() const { return news_.fd(); }
  // What was heard since the last call; an error once nothing more will be heard.
  [[nodiscard]] Result<std::vector<cri::TaskEvent>> take();

 private:
  TaskWatch(linux::WakeUp stop, linux::WakeUp news)
      : stop_(std::move(stop)), news_(std::move(news)) {}
  void listen(std::string socket);

  linux::WakeUp stop_;
  linux::WakeUp news_;
  std::mutex mutex_;  // over what follows
  std::vector<cri::TaskEvent> heard_;
  std::optional<Error> end_;
  std::thread thread_;
};

}  // namespace podsysctl::agent
