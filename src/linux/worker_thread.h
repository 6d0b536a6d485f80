// SPDX-License-Identifier: Apache-2.0
// A thread that runs functions one after another. Work that changes its thread's namespaces runs on
// one of these and on no other, so that a namespace can never be left joined on a thread that goes
// on to do something else.
// Thread-safety: call() may be called from any thread; calls are served in turn.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace podsysctl::linux {

class WorkerThread {
 public:
  WorkerThread();
  ~WorkerThread();
  WorkerThread(const WorkerThread&) = delete;
  WorkerThread& operator=(const WorkerThread&) = delete;

  // Runs `work` on the thread and returns when it has ended. `work` must not throw.
  void call(const std::function<void()>& work);

 private:
  void serve();
  void bring_here();

  std::mutex callers_;  // one caller at a time
  int cpu_ = -1;        // where the last one had it brought
  std::mutex mutex_;    // guards the two below
  const std::function<void()>* work_ = nullptr;
  bool stop_ = false;
  std::condition_variable wake_;
  std::condition_variable done_;
  std::thread thread_;
};

}  // namespace podsysctl::linux
