// SPDX-License-Identifier: Apache-2.0
// Registries, through skopeo(1), which knows their protocols, credentials (containers-auth.json(5))
// and signature policy (containers-policy.json(5)). Private to src/image.
// Errors: unavailable where skopeo or the registry cannot be reached; not_found where the registry
// has no such image or wants credentials; each with skopeo's reason and what to do.
// Thread-safety: no shared state.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "image/progress.h"
#include "image/reference.h"
#include "image/resolved.h"

namespace podsysctl::image {

// Fetches the image for this machine into `folder`/image, an OCI layout; `folder` exists and is
// for its owner alone.
[[nodiscard]] Result<> fetch_with_skopeo(const Wanted& wanted, const std::string& folder,
                                         Progress& progress);

// The error for what skopeo wrote when it failed. Pure.
[[nodiscard]] Error skopeo_error(const Reference& reference, std::string_view output);

}  // namespace podsysctl::image
