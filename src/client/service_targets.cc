// SPDX-License-Identifier: Apache-2.0
#include "client/service_targets.h"

#include <utility>

#include "api/request_json.h"
#include "client/decode.h"

namespace podsysctl::client {
namespace {

using api::Doing;
using live::Refusal;

constexpr int kGood = 200;
constexpr int kTakenBack = 422;

std::string path_of(const std::string& target, std::string_view resource) {
  return fmt::format("/v1/targets/{}/{}", http::percent_encoded(target), resource);
}

std::string with_keys(std::string path, const std::vector<sysctl::SysctlKey>& keys) {
  char separator = '?';
  for (const sysctl::SysctlKey& key : keys) {
    path += fmt::format("{}key={}", separator, http::percent_encoded(key.name()));
    separator = '&';
  }
  return path;
}

std::unexpected<Refusal> refused(Error error) {
  return std::unexpected(Refusal{std::move(error), {}});
}

Refusal refusal_of(const http::Reply& reply) {
  Refusal refusal{error_of(reply), {}};
  if (auto verdicts = parse_verdicts(reply.body)) {
    refusal.offenders = *std::move(verdicts);
  }
  return refusal;
}

// A change that failed is answered in full, with what was taken back; one that was not begun, with
// the reason alone.
std::expected<api::Changed, Refusal> changed_by(Service& service, const std::string& path,
                                                std::string body) {
  Result<http::Reply> reply = service.post(path, std::move(body));
  if (!reply) {
    return refused(std::move(reply).error());
  }
  Result<api::Changed> changed = parse_change(reply->body);
  if (changed && (reply->status == kGood || reply->status == kTakenBack)) {
    return *std::move(changed);
  }
  return reply->status == kGood ? refused(std::move(changed).error().within(service.socket()))
                                : std::unexpected(refusal_of(*reply));
}

std::expected<api::Planned, Refusal> planned_by(Service& service, const std::string& path,
                                                std::string body) {
  Result<http::Reply> reply = service.post(path, std::move(body));
  if (!reply) {
    return refused(std::move(reply).error());
  }
  if (reply->status != kGood) {
    return std::unexpected(refusal_of(*reply));
  }
  Result<api::Planned> planned = parse_plan(reply->body);
  return planned ? std::expected<api::Planned, Refusal>(*std::move(planned))
                 : refused(std::move(planned).error().within(service.socket()));
}

template <class T>
Result<T> without_verdicts(std::expected<T, Refusal> made) {
  return made ? Result<T>(*std::move(made)) : std::unexpected(std::move(made).error().error);
}

}  // namespace

Result<api::Values> ServiceTargets::values(const std::string& target, const api::ValuesWish& wish) {
  std::string path = path_of(target, "sysctls");
  if (wish.keys.empty() && wish.which == live::Which::all) {
    path += "?all=true";
  }
  PSYS_TRY_ASSIGN(const std::string text, service_.get(with_keys(std::move(path), wish.keys)));
  return with_context(parse_values(text), service_.socket());
}

Result<api::History> ServiceTargets::history(const std::string& target,
                                             const std::vector<sysctl::SysctlKey>& keys) {
  PSYS_TRY_ASSIGN(const std::string text,
                  service_.get(with_keys(path_of(target, "history"), keys)));
  return with_context(parse_history(text), service_.socket());
}

std::expected<api::Planned, Refusal> ServiceTargets::plan_set(const std::string& target,
                                                              const api::SetWish& wish) {
  return planned_by(service_, path_of(target, "sysctls"), api::set_request(wish, Doing::dry_run));
}

std::expected<api::Changed, Refusal> ServiceTargets::set(const std::string& target,
                                                         const api::SetWish& wish) {
  return changed_by(service_, path_of(target, "sysctls"), api::set_request(wish, Doing::change));
}

Result<api::Planned> ServiceTargets::plan_undo(const std::string& target,
                                               const live::UndoRequest& wish) {
  return without_verdicts(planned_by(service_, path_of(target, "sysctls/undo"),
                                     api::undo_request(wish, Doing::dry_run)));
}

Result<api::Changed> ServiceTargets::undo(const std::string& target,
                                          const live::UndoRequest& wish) {
  return without_verdicts(changed_by(service_, path_of(target, "sysctls/undo"),
                                     api::undo_request(wish, Doing::change)));
}

Result<std::vector<api::DriftReport>> ServiceTargets::drift(const std::string& target) {
  const std::string path =
      target.empty() ? "/v1/drift" : "/v1/drift?target=" + http::percent_encoded(target);
  PSYS_TRY_ASSIGN(const std::string text, service_.get(path));
  return with_context(parse_drift(text), service_.socket());
}

Result<std::vector<api::DriftReport>> ServiceTargets::repair(const std::string& target,
                                                             const std::string& reason) {
  PSYS_TRY_ASSIGN(const http::Reply reply,
                  service_.post("/v1/drift/repair", api::repair_request({target, reason})));
  if (reply.status != kGood) {
    return std::unexpected(error_of(reply));
  }
  return with_context(parse_drift(reply.body), service_.socket());
}

}  // namespace podsysctl::client
