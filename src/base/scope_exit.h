// SPDX-License-Identifier: Apache-2.0
// Runs a function when the scope is left, unless released. The function must not throw.
#pragma once

#include <utility>

namespace podsysctl {

template <class F>
class [[nodiscard]] ScopeExit {
 public:
  explicit ScopeExit(F function) : function_(std::move(function)) {}
  ~ScopeExit() {
    if (armed_) {
      function_();
    }
  }
  ScopeExit(const ScopeExit&) = delete;
  ScopeExit& operator=(const ScopeExit&) = delete;

  void release() noexcept { armed_ = false; }

 private:
  F function_;
  bool armed_ = true;
};

}  // namespace podsysctl
