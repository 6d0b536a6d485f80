// SPDX-License-Identifier: Apache-2.0
// What commands on running targets need: the state, which may be absent for those that only look,
// and the clients that know the processes of other programs' containers. No pods are refreshed, no
// engine is opened. Thread-safety: one thread.
#pragma once

#include <memory>
#include <string>

#include "api/target_resources.h"
#include "base/result.h"
#include "live/surroundings.h"

namespace podsysctl::cli {

using api::Purpose;

class LiveContext {
 public:
  [[nodiscard]] static Result<std::unique_ptr<LiveContext>> open(const std::string& root,
                                                                 Purpose purpose);
  ~LiveContext();
  LiveContext(const LiveContext&) = delete;
  LiveContext& operator=(const LiveContext&) = delete;

  // Valid as long as the context.
  [[nodiscard]] const live::Surroundings& surroundings() const noexcept;

 private:
  struct Parts;
  explicit LiveContext(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace podsysctl::cli
