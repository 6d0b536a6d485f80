// SPDX-License-Identifier: Apache-2.0
// What was put onto a node, on record there: for each path the digests of what may stand at it by
// our doing. Two while a file is being replaced, since either may be found after a crash. A small
// JSON document. Errors: invalid_argument for a document that is none of ours; those of the system
// calls. Thread-safety: values.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace podsysctl::install {

// By path on the node; digests are "sha256:…".
using Record = std::map<std::string, std::vector<std::string>>;

// Empty where there is no file.
[[nodiscard]] Result<Record> load(const std::string& file);
// An empty one removes the file.
[[nodiscard]] Result<> save(const std::string& file, const Record& record);

}  // namespace podsysctl::install
