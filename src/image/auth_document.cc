// SPDX-License-Identifier: Apache-2.0
#include "image/auth_document.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/base64.h"
#include "base/strings.h"
#include "json/cursor.h"

namespace podsysctl::image {
namespace {

constexpr json::Limits kLimits{.bytes = std::size_t{1} << 20U, .depth = 16, .values = 20'000};
constexpr std::string_view kDockerHub = "docker.io";
constexpr std::string_view kDockerHubServer = "https://index.docker.io/v1/";

// Docker's keys may be addresses: "https://index.docker.io/v1/", "https://registry.example/v2/".
std::string normal_key(std::string_view key) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (key.starts_with(scheme)) {
      key.remove_prefix(scheme.size());
      key = key.substr(0, key.find('/'));
    }
  }
  while (key.ends_with('/')) {
    key.remove_suffix(1);
  }
  const std::string_view host = key.substr(0, key.find('/'));
  const bool hub = host == "index.docker.io" || host == "registry-1.docker.io";
  return hub ? std::string(kDockerHub) : std::string(key);
}

Result<Credentials> read_entry(const json::Cursor& entry) {
  Credentials found;
  PSYS_TRY_ASSIGN(found.username, entry.string_or("username", ""));
  PSYS_TRY_ASSIGN(found.password, entry.string_or("password", ""));
  PSYS_TRY_ASSIGN(found.identity_token, entry.string_or("identitytoken", ""));
  PSYS_TRY_ASSIGN(const std::string auth, entry.string_or("auth", ""));
  if (found.username.find(':') != std::string::npos) {  // RFC 7617, section 2
    return Error::of(Code::invalid_argument, "{}.username has a colon in it", entry.where());
  }
  if (auth.empty()) {
    return found;
  }
  const auto decoded = decode_base64(auth);
  const std::size_t colon = decoded ? decoded->find(':') : std::string::npos;
  if (colon == std::string::npos) {
    return Error::of(Code::invalid_argument, "{}.auth is not the base64 of USER:PASSWORD",
                     entry.where());
  }
  found.username = decoded->substr(0, colon);
  found.password = decoded->substr(colon + 1);
  return found;
}

bool is_part_of(std::string_view key, std::string_view name) {
  return name.starts_with(key) && (name.size() == key.size() || name[key.size()] == '/');
}

}  // namespace

Result<AuthDocument> parse_auth_document(std::string_view text, std::string_view name) {
  PSYS_TRY_ASSIGN(const json::Value tree, json::parse(text, name, kLimits));
  const json::Cursor root(tree, name);
  AuthDocument document;
  PSYS_TRY_ASSIGN(const auto auths, root.find("auths"));
  if (auths) {
    PSYS_TRY_ASSIGN(const auto members, auths->members());
    for (const auto& [key, entry] : members) {
      PSYS_TRY_ASSIGN(Credentials found, read_entry(entry));
      if (!found.username.empty() || !found.identity_token.empty()) {
        document.entries.emplace_back(normal_key(key), std::move(found));
      }
    }
  }
  PSYS_TRY_ASSIGN(const auto helpers, root.string_map_at("credHelpers"));
  for (const auto& [key, helper] : helpers) {
    document.helpers.emplace_back(normal_key(key), helper);
  }
  PSYS_TRY_ASSIGN(document.store, root.string_or("credsStore", ""));
  return document;
}

std::optional<Credentials> find_entry(const AuthDocument& document, const Reference& reference) {
  const std::string name = reference.registry + "/" + reference.repository;
  const std::pair<std::string, Credentials>* best = nullptr;
  for (const auto& entry : document.entries) {
    const bool longer = best == nullptr || entry.first.size() > best->first.size();
    if (longer && is_part_of(entry.first, name)) {
      best = &entry;
    }
  }
  if (best == nullptr) {
    return std::nullopt;
  }
  Credentials found = best->second;
  found.server = auth_server(reference);
  return found;
}

std::string helper_of(const AuthDocument& document, const Reference& reference) {
  const auto own = std::ranges::find(document.helpers, reference.registry,
                                     &std::pair<std::string, std::string>::first);
  return own == document.helpers.end() ? document.store : own->second;
}

std::string auth_server(const Reference& reference) {
  return reference.registry == kDockerHub ? std::string(kDockerHubServer) : reference.registry;
}

std::string auth_document_of(const Reference& reference, const Credentials& credentials) {
  json::Value entry = json::Value::object();
  if (credentials.identity_token.empty()) {
    entry["auth"] =
        encode_base64(credentials.username + ":" + credentials.password, Base64::standard);
  } else {
    entry["auth"] = encode_base64("00000000-0000-0000-0000-000000000000:", Base64::standard);
    entry["identitytoken"] = credentials.identity_token;
  }
  json::Value document = json::Value::object();
  document["auths"][reference.registry] = std::move(entry);
  return json::dump(document);
}

}  // namespace podsysctl::image
