// SPDX-License-Identifier: Apache-2.0
// Images as the runtime knows them: looked up by reference, pulled by it, or, for a source on this
// machine, loaded into containerd by its own tool ctr. Errors: not_found, unavailable (the registry
// is out of reach; the runtime's text whole), unsupported (a source that this runtime cannot take).
// Thread-safety: as cri::Client.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "cri/client.h"
#include "image/image.h"
#include "image/progress.h"
#include "image/reference.h"
#include "image/resolved.h"

namespace podsysctl::engine {

[[nodiscard]] Result<image::Resolved> resolve_cri_image(cri::Client& client,
                                                        const image::Wanted& wanted,
                                                        image::Progress& progress);

// The configuration in a verbose status; empty where the runtime tells none.
[[nodiscard]] Result<image::ImageConfig> image_config_of(const cri::StringMap& info);

// Makes the runtime know a source on this machine; the name that it gets.
[[nodiscard]] Result<std::string> load_into_containerd(const std::string& socket_path,
                                                       const image::Reference& source);

}  // namespace podsysctl::engine
