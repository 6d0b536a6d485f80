// SPDX-License-Identifier: Apache-2.0
#include "cli/look.h"

#include <algorithm>
#include <utility>

#include "cli/context.h"
#include "cli/output.h"
#include "node/refresh.h"

namespace podsysctl::cli {
namespace {

Result<> refresh(const std::string& root) {
  PSYS_TRY_ASSIGN(const auto context, Context::open(root));
  return node::refresh_all(context->node());
}

}  // namespace

Result<std::optional<store::Store>> open_to_look(const std::string& root) {
  PSYS_TRY_ASSIGN(std::optional<store::Store> store, store::Store::open_if_present(root));
  if (!store) {
    return std::nullopt;
  }
  PSYS_TRY_ASSIGN(const auto pods, store->pods());
  // A pod that was taken down changes no more: looking at it needs no runtime and no images.
  const bool settled = std::ranges::all_of(pods, [](const store::PodRecord& pod) {
    return pod.stage == store::Stage::stopped && pod.after_exit == store::AfterExit::keep_record;
  });
  if (!settled) {
    if (const Result<> refreshed = refresh(root); !refreshed) {
      complain("warning: pods are shown as recorded: " + refreshed.error().message);
    }
  }
  return store;
}

}  // namespace podsysctl::cli
