// SPDX-License-Identifier: Apache-2.0
// What one thread of the service works with: a store and engines of its own, for both belong to one
// thread. Opened by who knows how (the command). Thread-safety: OpenWorkplace may be called from
// any thread; a Workplace belongs to one.
#pragma once

#include <functional>
#include <memory>

#include "base/result.h"
#include "node/node.h"

namespace podsysctl::service {

class Workplace {
 public:
  Workplace() = default;
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;
  virtual ~Workplace() = default;
  [[nodiscard]] virtual const node::Node& node() const noexcept = 0;
};

using OpenWorkplace = std::function<Result<std::unique_ptr<Workplace>>()>;

}  // namespace podsysctl::service
