// SPDX-License-Identifier: Apache-2.0
#include "cli/live_resources.h"

#include "api/folder_targets.h"
#include "cli/live_context.h"

namespace podsysctl::cli {

api::MoreResources live_resources(const std::string& root) {
  return api::target_resources(
      [root](Purpose purpose, const live::Author& author, const api::Ask& ask) -> http::Answer {
        const auto context = LiveContext::open(root, purpose);
        if (!context) {
          return api::error_answer(context.error());
        }
        api::FolderTargets targets((*context)->surroundings(), author);
        return ask(targets);
      });
}

}  // namespace podsysctl::cli
