// SPDX-License-Identifier: Apache-2.0
#include "cli/context.h"

#include <optional>
#include <utility>

#include "cli/engines.h"
#include "cli/host_name.h"
#include "cli/reporter.h"

namespace podsysctl::cli {

struct Context::Parts {
  SystemClock clock;
  StderrReporter reporter;
  TerminalProgress progress;
  std::optional<store::Store> store;
  std::optional<EngineSet> engines;
  std::optional<node::Node> node;
};

Context::Context(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Context::~Context() = default;

const node::Node& Context::node() const noexcept { return *parts_->node; }

Result<std::unique_ptr<Context>> Context::open(const std::string& root,
                                               const std::string& authfile) {
  auto parts = std::make_unique<Parts>();
  PSYS_TRY_ASSIGN(store::Store store, store::Store::open(root));
  parts->store.emplace(std::move(store));
  parts->engines.emplace(root, parts->clock);
  parts->node.emplace(node::Node{.store = *parts->store,
                                 .engines = *parts->engines,
                                 .clock = parts->clock,
                                 .reporter = parts->reporter,
                                 .progress = parts->progress,
                                 .root = root,
                                 .host = host_name(),
                                 .authfile = authfile});
  return std::unique_ptr<Context>(new Context(std::move(parts)));
}

}  // namespace podsysctl::cli
