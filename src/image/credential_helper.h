// SPDX-License-Identifier: Apache-2.0
// The programs that keep credentials for docker and podman: docker-credential-NAME get, the
// registry on standard input, {"Username","Secret"} on standard output (docker-credential-helpers,
// README "Development"). Private to src/image. Errors: invalid_argument (NAME is none),
// unavailable (not installed, failed, silent for 30 s). Thread-safety: no shared state.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "image/auth_document.h"

namespace podsysctl::image {

// Nothing where it has none for the server.
[[nodiscard]] Result<std::optional<Credentials>> ask_credential_helper(const std::string& name,
                                                                       const std::string& server);

}  // namespace podsysctl::image
