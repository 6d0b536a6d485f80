// SPDX-License-Identifier: Apache-2.0
#include "linux/worker_thread.h"

namespace podsysctl::linux {

WorkerThread::WorkerThread() : thread_([this] { serve(); }) {}

WorkerThread::~WorkerThread() {
  {
    const std::scoped_lock lock(mutex_);
    stop_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void WorkerThread::call(const std::function<void()>& work) {
  const std::scoped_lock one_caller(callers_);
  std::unique_lock lock(mutex_);
  work_ = &work;
  wake_.notify_one();
  done_.wait(lock, [this] { return work_ == nullptr; });
}

void WorkerThread::serve() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return work_ != nullptr || stop_; });
    if (work_ == nullptr) {
      return;
    }
    lock.unlock();
    (*work_)();
    lock.lock();
    work_ = nullptr;
    done_.notify_one();
  }
}

}  // namespace podsysctl::linux
