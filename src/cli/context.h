// SPDX-License-Identifier: Apache-2.0
// What a command that works on pods needs, opened from the state folder: store, images, engine.
// Made once per command by its verb; nothing is global. Thread-safety: one thread.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "node/node.h"

namespace podsysctl::cli {

struct ContextOptions {
  std::string root;  // --root
  std::string engine = "embedded";
  std::string runtime;  // --runtime
};

class Context {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Context>> open(const ContextOptions& options);
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

// The path of podsysctl-pause: beside this program, or in ../libexec/podsysctl.
[[nodiscard]] Result<std::string> find_pause_program();

}  // namespace podsysctl::cli
