// SPDX-License-Identifier: Apache-2.0
#include "agent/task_watch.h"

#include <utility>

#include "cri/client.h"

namespace podsysctl::agent {

Result<std::unique_ptr<TaskWatch>> TaskWatch::start(std::string socket) {
  PSYS_TRY_ASSIGN(linux::WakeUp stop, linux::WakeUp::open());
  PSYS_TRY_ASSIGN(linux::WakeUp news, linux::WakeUp::open());
  std::unique_ptr<TaskWatch> watch(new TaskWatch(std::move(stop), std::move(news)));
  watch->thread_ = std::thread(
      [self = watch.get(), socket = std::move(socket)]() mutable { self->listen(socket); });
  return watch;
}

TaskWatch::~TaskWatch() {
  stop_.ring();
  thread_.join();
}

void TaskWatch::listen(std::string socket) {
  cri::Client client(std::move(socket));
  const Result<> ended = client.task_events(stop_.fd(), [this](const cri::TaskEvent& event) {
    {
      const std::scoped_lock lock(mutex_);
      heard_.push_back(event);
    }
    news_.ring();
    return cri::Channel::Next::go_on;
  });
  {
    const std::scoped_lock lock(mutex_);
    end_ = ended ? Error{Code::unavailable, 0, "the runtime ended its events"} : ended.error();
  }
  news_.ring();
}

Result<std::vector<cri::TaskEvent>> TaskWatch::take() {
  news_.quiet();
  const std::scoped_lock lock(mutex_);
  if (end_) {
    return std::unexpected(*end_);
  }
  return std::exchange(heard_, {});
}

}  // namespace podsysctl::agent
