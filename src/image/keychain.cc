// SPDX-License-Identifier: Apache-2.0
#include "image/keychain.h"

#include <unistd.h>

#include <chrono>
#include <cstdlib>

#include "base/strings.h"
#include "image/credential_helper.h"
#include "linux/file.h"

namespace podsysctl::image {
namespace {

constexpr std::size_t kFileLimit = std::size_t{1} << 20U;

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

Result<std::optional<Credentials>> find_in_file(const AuthFile& file, const Reference& reference) {
  const Result<std::string> text = linux::read_file(file.path, kFileLimit);
  if (!text) {
    const bool absent = text.error().code == Code::not_found && !file.must_exist;
    return absent ? Result<std::optional<Credentials>>(std::nullopt)
                  : std::unexpected(text.error());
  }
  if (trim(*text).empty()) {  // --authfile /dev/null: without credentials
    return std::nullopt;
  }
  PSYS_TRY_ASSIGN(const AuthDocument document, parse_auth_document(*text, file.path));
  const std::string helper = helper_of(document, reference);
  if (!helper.empty()) {
    PSYS_TRY_ASSIGN(auto found,
                    with_context(ask_credential_helper(helper, auth_server(reference)), file.path));
    if (found) {
      return found;
    }
  }
  return find_entry(document, reference);
}

}  // namespace

std::vector<AuthFile> auth_files(const Keychain& keychain) {
  if (!keychain.authfile.empty()) {
    return {{keychain.authfile, true}};
  }
  if (std::string named = variable("REGISTRY_AUTH_FILE"); !named.empty()) {
    return {{std::move(named), true}};
  }
  std::vector<AuthFile> files;
  const std::string runtime_dir = variable("XDG_RUNTIME_DIR");
  files.push_back({runtime_dir.empty() ? fmt::format("/run/containers/{}/auth.json", ::getuid())
                                       : runtime_dir + "/containers/auth.json"});
  const std::string home = variable("HOME");
  if (!home.empty()) {
    files.push_back({home + "/.config/containers/auth.json"});
  }
  if (const std::string docker = variable("DOCKER_CONFIG"); !docker.empty()) {
    files.push_back({docker + "/config.json"});
  } else if (!home.empty()) {
    files.push_back({home + "/.docker/config.json"});
  }
  return files;
}

Result<std::optional<Credentials>> find_in_documents(const Keychain& keychain,
                                                     const Reference& reference) {
  for (const std::string& text : keychain.documents) {
    PSYS_TRY_ASSIGN(const AuthDocument document, parse_auth_document(text, "an imagePullSecret"));
    if (auto found = find_entry(document, reference)) {
      return found;
    }
  }
  return std::nullopt;
}

Result<std::optional<Credentials>> find_credentials(const Keychain& keychain,
                                                    const Reference& reference) {
  PSYS_TRY_ASSIGN(auto secret, find_in_documents(keychain, reference));
  if (secret) {
    return secret;
  }
  for (const AuthFile& file : auth_files(keychain)) {
    PSYS_TRY_ASSIGN(auto found, find_in_file(file, reference));
    if (found) {
      return found;
    }
  }
  return std::nullopt;
}

}  // namespace podsysctl::image
