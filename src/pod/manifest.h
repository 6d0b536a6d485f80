// SPDX-License-Identifier: Apache-2.0
// Reads a file with one v1 Pod, as YAML or JSON, with the ConfigMaps and Secrets that it uses.
// Every fault is reported at once, one line each: "FILE:LINE:COLUMN: path: message".
// Errors: invalid_argument for what is wrong, unsupported for what this engine cannot do safely,
// not_found where the file holds no Pod.
// Thread-safety: no shared state.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "pod/notice.h"
#include "pod/pod_reader.h"
#include "pod/spec.h"

namespace podsysctl::pod {

// The limit for the reader of the file, too: nothing larger is looked at.
inline constexpr std::size_t kMaxManifestBytes = std::size_t{4} << 20U;

struct ReadOptions {
  PodReaderOptions pod;
  std::size_t max_bytes = kMaxManifestBytes;
};

struct Manifest {
  PodSpec pod;
  std::vector<Notice> notices;  // in the order of discovery; no errors among them
};

// `source` names the text in messages: the file's name, or "<stdin>".
[[nodiscard]] Result<Manifest> read_pod(std::string_view text, std::string_view source,
                                        const ReadOptions& options = {});

}  // namespace podsysctl::pod
