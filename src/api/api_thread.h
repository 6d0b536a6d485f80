// SPDX-License-Identifier: Apache-2.0
// The thread that serves the local API while a service's loop runs. Thread-safety: made and ended
// by one thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "api/api.h"
#include "base/log.h"
#include "base/result.h"
#include "linux/wake_up.h"

namespace podsysctl::api {

struct ApiOptions {
  std::string socket;
  std::string root;  // the state folder
  ShowMetrics metrics;
  MoreResources more;
  std::function<void()> before_look;  // called on the thread
};

class ApiThread {
 public:
  [[nodiscard]] static Result<std::unique_ptr<ApiThread>> start(const ApiOptions& options,
                                                                const Pulse& pulse, Log& log);
  ~ApiThread();
  ApiThread(const ApiThread&) = delete;
  ApiThread& operator=(const ApiThread&) = delete;

 private:
  struct Parts;
  explicit ApiThread(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace podsysctl::api
