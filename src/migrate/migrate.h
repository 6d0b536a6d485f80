// SPDX-License-Identifier: Apache-2.0
// `podsysctl migrate`: a text of manifests in which alpha annotations, and containers that only
// write sysctls, have become settings of their pods; and what is left for the nodes. What cannot be
// moved safely stays as it is, with the reason. Everything else stays byte for byte.
// The new text is read again: it must ask for exactly what was meant, else nothing is changed.
// Errors: invalid_argument for a text that cannot be read, "SOURCE:LINE:COLUMN: message".
// Thread-safety: no shared state.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "edit/edits.h"
#include "migrate/plan.h"
#include "migrate/rewrite.h"

namespace podsysctl::migrate {

inline constexpr std::size_t kMaxBytes = std::size_t{64} << 20U;

struct Options {
  Target target = Target::field;
  Rules rules;
};

// What a workload is left with.
struct Moved {
  std::string workload;  // "Deployment web (pods.yaml)"
  Settings pod;          // its settings in the pod now: what its node has to allow
  std::vector<NodeSetting> node;
};

struct Migration {
  std::vector<edit::Edit> edits;   // as ordered() gives them
  std::vector<Moved> moved;        // workloads that changed, or have something for the node
  std::vector<std::string> stays;  // "SOURCE:LINE:COLUMN: Kind name: … stays: …"
  std::vector<std::string> remarks;
};

[[nodiscard]] Result<Migration> migrate(std::string_view text, std::string_view source,
                                        const Options& options);

}  // namespace podsysctl::migrate
