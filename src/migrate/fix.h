// SPDX-License-Identifier: Apache-2.0
// `podsysctl check --fix`: what can be mended without knowing what anybody wants. Values that YAML
// made numbers or booleans get quotes; names that the Kubernetes version refuses for their
// spelling are spelt as it takes them; a key that stands twice with one value stands once; alpha
// annotations become the field, where the version ignores them; initContainers inside a container
// move out. Everything else stays byte for byte, and doing it twice changes nothing more.
// Errors: invalid_argument for a text that cannot be read. Thread-safety: no shared state.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "edit/edits.h"
#include "policy/kubernetes_version.h"

namespace podsysctl::migrate {

struct FixOptions {
  policy::KubernetesVersion kubernetes = policy::KubernetesVersion::newest();
};

struct FixedText {
  std::string text;
  std::vector<edit::Edit> edits;   // from the old text to the new one
  std::vector<std::string> fixed;  // "SOURCE:LINE:COLUMN: what was done"
  std::vector<std::string> stays;  // "SOURCE:LINE:COLUMN: why something was not"
};

[[nodiscard]] Result<FixedText> fix(std::string_view text, std::string_view source,
                                    const FixOptions& options);

}  // namespace podsysctl::migrate
