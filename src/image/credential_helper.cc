// SPDX-License-Identifier: Apache-2.0
#include "image/credential_helper.h"

#include <algorithm>
#include <chrono>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "json/cursor.h"
#include "linux/spawn.h"

namespace podsysctl::image {
namespace {

constexpr std::chrono::seconds kLimit{30};
constexpr std::size_t kAnswerLimit = std::size_t{64} << 10U;
constexpr json::Limits kLimits{.bytes = kAnswerLimit, .depth = 4, .values = 100};
// What helpers say, with status 1, where they have nothing.
constexpr std::string_view kNone = "credentials not found";
constexpr std::string_view kTokenUser = "<token>";

bool is_plain(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

Result<Credentials> read_answer(const std::string& text, const std::string& program) {
  PSYS_TRY_ASSIGN(const json::Value tree, json::parse(text, program, kLimits));
  const json::Cursor root(tree, program);
  Credentials found;
  PSYS_TRY_ASSIGN(found.username, root.string_or("Username", ""));
  PSYS_TRY_ASSIGN(found.password, root.string_at("Secret"));
  if (found.username == kTokenUser) {
    found.identity_token = std::move(found.password);
    found.username.clear();
    found.password.clear();
  }
  return found;
}

}  // namespace

Result<std::optional<Credentials>> ask_credential_helper(const std::string& name,
                                                         const std::string& server) {
  if (!is_plain(name)) {
    return Error::of(Code::invalid_argument, "{} is no name of a credential helper",
                     in_quotes(name));
  }
  const std::string program = "docker-credential-" + name;
  const Result<std::string> path = linux::find_program(program);
  if (!path) {
    return Error::of(Code::unavailable,
                     "the credentials for {} are kept by {}, which is not installed: install it, "
                     "or name a file that holds them with --authfile",
                     server, program);
  }
  PSYS_TRY_ASSIGN(const linux::Finished finished,
                  linux::run({.program = *path, .args = {"get"}}, server, kLimit, kAnswerLimit));
  if (finished.status != 0) {
    if (finished.out.contains(kNone) || finished.err.contains(kNone)) {
      return std::nullopt;
    }
    return Error::of(Code::unavailable, "{} failed for {} (status {}): {}", program, server,
                     finished.status, in_quotes(trim(finished.err)));
  }
  PSYS_TRY_ASSIGN(Credentials found, read_answer(finished.out, program));
  found.server = server;
  return found;
}

}  // namespace podsysctl::image
