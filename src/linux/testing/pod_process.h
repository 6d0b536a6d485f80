// SPDX-License-Identifier: Apache-2.0
// For tests: a process that sits in fresh namespaces until it goes out of scope, as a pod's pause
// process does, without the rest of a sandbox. Thread-safety: values.
#pragma once

#include <sys/types.h>

#include <functional>
#include <vector>

#include "base/result.h"
#include "linux/namespaces.h"

namespace podsysctl::linux {

class PodProcess {
 public:
  // `prepare` runs in it, in the new namespaces, before start() returns.
  [[nodiscard]] static Result<PodProcess> start(
      std::vector<NamespaceKind> kinds,
      const std::function<Result<>()>& prepare = [] { return Result<>(); });

  PodProcess(PodProcess&& other) noexcept;
  PodProcess& operator=(PodProcess&&) = delete;
  PodProcess(const PodProcess&) = delete;
  PodProcess& operator=(const PodProcess&) = delete;
  ~PodProcess();

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }

 private:
  explicit PodProcess(pid_t pid) : pid_(pid) {}

  pid_t pid_;
};

}  // namespace podsysctl::linux
