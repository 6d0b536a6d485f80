// SPDX-License-Identifier: Apache-2.0
#include "linux/worker_thread.h"

#include <pthread.h>
#include <sched.h>

namespace podsysctl::linux {

// The caller waits for the worker anyway. On the caller's processor it is one switch away; another
// one would first have to be woken, which takes longer than most of the work (100 us and more in a
// virtual machine). Where this is not allowed the worker runs where it likes.
void WorkerThread::bring_here() {
  const int here = ::sched_getcpu();
  if (here < 0 || here >= CPU_SETSIZE || here == cpu_) {
    return;
  }
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(static_cast<unsigned>(here), &only);
  ::pthread_setaffinity_np(thread_.native_handle(), sizeof only, &only);
  cpu_ = here;
}

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
  bring_here();
  {
    const std::scoped_lock lock(mutex_);
    work_ = &work;
  }
  // Not under the lock: whoever is woken would only wait for it, one more switch either way.
  wake_.notify_one();
  std::unique_lock lock(mutex_);
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
    lock.unlock();
    done_.notify_one();
    lock.lock();
  }
}

}  // namespace podsysctl::linux
