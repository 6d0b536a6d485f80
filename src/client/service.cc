// SPDX-License-Identifier: Apache-2.0
#include "client/service.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <utility>

#include <nlohmann/json.hpp>

#include "json/cursor.h"

namespace podsysctl::client {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstAnswer{2'000};
// A change waits up to ten seconds for others of the same target.
constexpr milliseconds kAnswer{30'000};
constexpr std::size_t kLargest = std::size_t{64} << 20U;  // 100,000 records of the audit trail
constexpr json::Limits kErrorLimits{.bytes = std::size_t{1} << 20U, .depth = 4, .values = 4096};

constexpr std::array kCodes{Code::invalid_argument, Code::not_namespaced, Code::denied_by_policy,
                            Code::not_found,        Code::permission,     Code::unsupported,
                            Code::conflict,         Code::short_write,    Code::partial_apply,
                            Code::unavailable,      Code::timeout,        Code::internal};

bool means_nobody(const Error& error) {
  return error.sys_errno == ENOENT || error.sys_errno == ENOTDIR ||
         error.sys_errno == ECONNREFUSED || error.sys_errno == EACCES ||
         error.sys_errno == ENAMETOOLONG;  // no socket has such a path
}

Result<Error> parse_error(const std::string& body) {
  PSYS_TRY_ASSIGN(const json::Value value, json::parse(body, "error", kErrorLimits));
  const json::Cursor root(value, "error");
  PSYS_TRY_ASSIGN(std::string message, root.string_at("error"));
  PSYS_TRY_ASSIGN(const std::string name, root.string_at("code"));
  for (const Code code : kCodes) {
    if (to_string(code) == name) {
      return Error{code, 0, std::move(message)};
    }
  }
  return Error{Code::internal, 0, std::move(message)};
}

}  // namespace

Error error_of(const http::Reply& reply) {
  Result<Error> error = parse_error(reply.body);
  return error ? *std::move(error)
               : Error{Code::unavailable, 0,
                       fmt::format("the service answered with status {}", reply.status)};
}

Result<std::optional<Service>> Service::find(const std::string& socket) {
  Service service(
      http::Client({.kind = http::Endpoint::Kind::unix_socket,
                    .path = socket,
                    .host = "",
                    .port = 0,
                    .tls = {},
                    .text = socket},
                   {.connect = kFirstAnswer, .answer = kAnswer, .body_bytes = kLargest}));
  // Any answer will do; for /healthz the service would look at its disk.
  const Result<http::Reply> reply = service.client_.call({.target = "/"}, kFirstAnswer);
  if (reply) {
    return std::optional(std::move(service));
  }
  if (means_nobody(reply.error())) {
    return std::optional<Service>();
  }
  return std::unexpected(reply.error());
}

Result<std::string> Service::get(const std::string& target) {
  PSYS_TRY_ASSIGN(http::Reply reply, client_.call({.target = target}));
  constexpr int kBad = 400;
  if (reply.status >= kBad) {
    return std::unexpected(error_of(reply));
  }
  return std::move(reply.body);
}

Result<http::Reply> Service::post(const std::string& target, std::string body) {
  Result<http::Reply> reply =
      client_.call({.method = "POST", .target = target, .body = std::move(body)});
  if (!reply) {
    reply.error().message +=
        "; it is not known whether it was done: podsysctl get TARGET --history shows it";
  }
  return reply;
}

Result<http::Response> Service::open(const std::string& target) {
  PSYS_TRY_ASSIGN(http::Response response, client_.open({.target = target}, kAnswer));
  constexpr int kBad = 400;
  if (response.status() >= kBad) {
    http::Reply reply{.status = response.status(), .headers = {}, .body = {}};
    PSYS_TRY_ASSIGN(reply.body, response.read_all(kErrorLimits.bytes, kAnswer));
    return std::unexpected(error_of(reply));
  }
  return response;
}

}  // namespace podsysctl::client
