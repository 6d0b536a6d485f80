// SPDX-License-Identifier: Apache-2.0
// Which image a source on this machine is, read from its documents alone: a runtime that has that
// image already need not be given it again. Errors: those of reading the source; unsupported for a
// source that is no image. Thread-safety: reads files.
#pragma once

#include <string>

#include "base/result.h"
#include "image/reference.h"

namespace podsysctl::image {

// "sha256:…" of the configuration of oci: or docker-archive:, by which runtimes know images.
[[nodiscard]] Result<std::string> local_digest(const Reference& source);

}  // namespace podsysctl::image
