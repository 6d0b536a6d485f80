// SPDX-License-Identifier: Apache-2.0
// When a container that ended is started again, as the kubelet does: whether by the pod's
// restartPolicy, and after 10 s, doubling to 5 min; a run of 10 min forgets former failures.
// Thread-safety: values.
#pragma once

#include <chrono>
#include <cstdint>

#include "pod/spec.h"
#include "store/records.h"

namespace podsysctl::node {

[[nodiscard]] bool wants_restart(pod::RestartPolicy policy, const store::ContainerRecord& ended);

class BackOff {
 public:
  BackOff() = default;
  // What it would be after so many restarts of short runs: for who adopts a container.
  [[nodiscard]] static BackOff after(std::uint32_t restarts);

  // The time to wait after a run of this length.
  [[nodiscard]] std::chrono::seconds next(std::chrono::milliseconds ran);

 private:
  std::chrono::seconds delay_{10};
};

}  // namespace podsysctl::node
