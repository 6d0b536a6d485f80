// SPDX-License-Identifier: Apache-2.0
// Where credentials of registries are looked for: the pod's imagePullSecrets first, then --authfile
// or, in its place, $REGISTRY_AUTH_FILE, else the files of podman and skopeo
// ($XDG_RUNTIME_DIR/containers/auth.json, ~/.config/containers/auth.json) and of docker
// ($DOCKER_CONFIG/config.json, ~/.docker/config.json). A file may name a helper program that keeps
// them (docker-credential-helpers: `get`, the registry on its standard input).
// Errors: invalid_argument, not_found for a file that was named; unavailable where a helper fails
// or answers nothing within 30 s. No message carries a secret.
// Thread-safety: reads files and the environment, runs programs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "image/auth_document.h"
#include "image/reference.h"

namespace podsysctl::image {

struct Keychain {
  std::vector<std::string> documents;  // texts of imagePullSecrets
  std::string authfile;                // "": the usual places
};

// The files to look into, in this order; `must_exist` where a person named it.
struct AuthFile {
  std::string path;
  bool must_exist = false;
};
[[nodiscard]] std::vector<AuthFile> auth_files(const Keychain& keychain);

// Nothing where there are none: the registry may do without.
[[nodiscard]] Result<std::optional<Credentials>> find_credentials(const Keychain& keychain,
                                                                  const Reference& reference);

// Of the pull secrets alone.
[[nodiscard]] Result<std::optional<Credentials>> find_in_documents(const Keychain& keychain,
                                                                   const Reference& reference);

}  // namespace podsysctl::image
