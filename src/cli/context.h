// SPDX-License-Identifier: Apache-2.0
// What a command that works on pods needs, opened from the state folder: store, engines, clock and
// where messages go. Made once per command by its verb; nothing is global. Thread-safety: one
// thread.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "node/node.h"

namespace podsysctl::cli {

class Context {
 public:
  // `root` is --root, `authfile` --authfile.
  [[nodiscard]] static Result<std::unique_ptr<Context>> open(const std::string& root,
                                                             const std::string& authfile = "");
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  // Valid as long as the context.
  [[nodiscard]] const node::Node& node() const noexcept;

 private:
  struct Parts;
  explicit Context(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace podsysctl::cli
