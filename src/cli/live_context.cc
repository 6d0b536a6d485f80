// SPDX-License-Identifier: Apache-2.0
#include "cli/live_context.h"

#include <optional>
#include <utility>

#include "cli/context.h"
#include "cli/cri_finder.h"
#include "cli/docker_finder.h"
#include "cli/host_name.h"

namespace podsysctl::cli {

struct LiveContext::Parts {
  SystemClock clock;
  std::optional<store::Store> store;
  DockerFinder docker;
  CriFinder cri;
  std::optional<live::Surroundings> surroundings;
};

LiveContext::LiveContext(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
LiveContext::~LiveContext() = default;

const live::Surroundings& LiveContext::surroundings() const noexcept {
  return *parts_->surroundings;
}

Result<std::unique_ptr<LiveContext>> LiveContext::open(const std::string& root, Purpose purpose) {
  auto parts = std::make_unique<Parts>();
  if (purpose == Purpose::change) {
    PSYS_TRY_ASSIGN(store::Store store, store::Store::open(root));
    parts->store.emplace(std::move(store));
  } else {
    PSYS_TRY_ASSIGN(parts->store, store::Store::open_if_present(root));
  }
  parts->surroundings.emplace(live::Surroundings{.store = parts->store ? &*parts->store : nullptr,
                                                 .root = root,
                                                 .host = host_name(),
                                                 .clock = parts->clock,
                                                 .docker = &parts->docker,
                                                 .cri = &parts->cri});
  return std::unique_ptr<LiveContext>(new LiveContext(std::move(parts)));
}

}  // namespace podsysctl::cli
