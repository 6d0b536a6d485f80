// SPDX-License-Identifier: Apache-2.0
// The engines of this program by name, each opened when it is first asked for and kept: a command
// on pods of one engine does not need the others' programs or daemons.
// Errors: unsupported for a name that no engine has; those of opening. Thread-safety: one thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "base/clock.h"
#include "node/node.h"

namespace podsysctl::cli {

class EngineSet final : public node::Engines {
 public:
  // `root` is the state folder; the clock outlives this object.
  EngineSet(std::string root, const Clock& clock) : root_(std::move(root)), clock_(clock) {}

  [[nodiscard]] Result<engine::Engine*> open(const std::string& name,
                                             const std::string& runtime) override;

 private:
  [[nodiscard]] Result<std::unique_ptr<engine::Engine>> make(const std::string& name,
                                                             const std::string& runtime) const;

  std::string root_;
  const Clock& clock_;
  std::map<std::pair<std::string, std::string>, std::unique_ptr<engine::Engine>> opened_;
};

// The path of podsysctl-pause: beside this program, or in ../libexec/podsysctl.
[[nodiscard]] Result<std::string> find_pause_program();

}  // namespace podsysctl::cli
