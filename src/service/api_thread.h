// SPDX-License-Identifier: Apache-2.0
// The thread that serves the local API while the supervisor's loop runs. Thread-safety: made and
// ended by one thread.
#pragma once

#include <memory>
#include <string>
#include <thread>

#include "base/log.h"
#include "base/result.h"
#include "linux/wake_up.h"
#include "service/api.h"
#include "service/workplace.h"

namespace podsysctl::service {

struct ApiOptions {
  std::string socket;
  std::string version;
  MoreResources more;
};

class ApiThread {
 public:
  [[nodiscard]] static Result<std::unique_ptr<ApiThread>> start(const ApiOptions& options,
                                                                const OpenWorkplace& open,
                                                                const Metrics& metrics,
                                                                const Pulse& pulse, Log& log);
  ~ApiThread();
  ApiThread(const ApiThread&) = delete;
  ApiThread& operator=(const ApiThread&) = delete;

 private:
  struct Parts;
  explicit ApiThread(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace podsysctl::service
