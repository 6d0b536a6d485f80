// SPDX-License-Identifier: Apache-2.0
#include "node/back_off.h"

#include <algorithm>
#include <utility>

namespace podsysctl::node {
namespace {

constexpr std::chrono::seconds kFirst{10};
constexpr std::chrono::seconds kLongest{300};
constexpr std::chrono::minutes kCalm{10};

}  // namespace

bool wants_restart(pod::RestartPolicy policy, const store::ContainerRecord& ended) {
  return policy == pod::RestartPolicy::always ||
         (policy == pod::RestartPolicy::on_failure && ended.exit_code.value_or(1) != 0);
}

BackOff BackOff::after(std::uint32_t restarts) {
  BackOff back_off;
  for (std::uint32_t i = 0; i < restarts && back_off.delay_ < kLongest; ++i) {
    back_off.delay_ = std::min(back_off.delay_ * 2, kLongest);
  }
  return back_off;
}

std::chrono::seconds BackOff::next(std::chrono::milliseconds ran) {
  if (ran >= kCalm) {
    delay_ = kFirst;
  }
  return std::exchange(delay_, std::min(delay_ * 2, kLongest));
}

}  // namespace podsysctl::node
