// SPDX-License-Identifier: Apache-2.0
// The loop of everything that edits manifests: each pod or pod template of each document, with the
// editor opened on its document. Documents without any are not touched.
// Errors: those of the reader. Thread-safety: no state.
#pragma once

#include <string_view>

#include "base/result.h"
#include "edit/editor.h"
#include "migrate/migrate.h"
#include "pod/workload.h"
#include "yaml/reader.h"

namespace podsysctl::migrate {

template <class Take>
[[nodiscard]] Result<> each_workload(std::string_view text, std::string_view source,
                                     edit::Editor& editor, const Take& take) {
  yaml::DocumentReader reader(text, source, {.input_bytes = kMaxBytes});
  for (;;) {
    PSYS_TRY_ASSIGN(const auto document, reader.next());
    if (!document) {
      return {};
    }
    bool open = false;
    for (const pod::Workload& workload : pod::find_workloads(*document)) {
      if (!open) {
        editor.open(*document);
        open = true;
      }
      take(workload);
    }
  }
}

}  // namespace podsysctl::migrate
