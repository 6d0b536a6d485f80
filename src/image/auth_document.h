// SPDX-License-Identifier: Apache-2.0
// The file in which tools keep credentials of registries: auth.json of containers-auth.json(5), the
// config.json of docker, and what a Secret of type kubernetes.io/dockerconfigjson holds. An entry
// is for a registry or for a part of its names ("quay.io/team"): the longest that fits counts.
// Errors: invalid_argument; no message carries what the document holds. Thread-safety: values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "image/reference.h"

namespace podsysctl::image {

struct Credentials {
  std::string username;
  std::string password;
  std::string identity_token;  // instead of both
  std::string server;          // as the registry's own tools call it
};

struct AuthDocument {
  std::vector<std::pair<std::string, Credentials>> entries;  // those that hold something
  std::vector<std::pair<std::string, std::string>> helpers;  // registry -> helper
  std::string store;                                         // the helper of all others
};

[[nodiscard]] Result<AuthDocument> parse_auth_document(std::string_view text,
                                                       std::string_view name);

// Of the entries.
[[nodiscard]] std::optional<Credentials> find_entry(const AuthDocument& document,
                                                    const Reference& reference);
// The helper that keeps the registry's credentials; "" where none does.
[[nodiscard]] std::string helper_of(const AuthDocument& document, const Reference& reference);

// "https://index.docker.io/v1/" for docker.io, else the registry.
[[nodiscard]] std::string auth_server(const Reference& reference);

// A document with one entry.
[[nodiscard]] std::string auth_document_of(const Reference& reference,
                                           const Credentials& credentials);

}  // namespace podsysctl::image
