// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "enforce/enforce.h"
#include "enforce/judge.h"
#include "live/change.h"
#include "live/put.h"
#include "sysctl/kernel_version.h"
#include "sysctl/probe_cache.h"

namespace podsysctl::live {
namespace {

using sysctl::Scope;
using sysctl::Setting;

// A path to a network namespace says nothing of the others: whether they are the host's is not
// known, so no rule about host namespaces fits.
std::optional<Error> refuse_form(const FoundTarget& target, const std::vector<Setting>& settings) {
  const auto outside = std::ranges::find_if(
      settings, [](const Setting& setting) { return scope_of(setting.key) != Scope::net; });
  if (target.form != TargetForm::netns || outside == settings.end()) {
    return std::nullopt;
  }
  return Error{Code::invalid_argument, 0,
               fmt::format("{}: {}: give the pod or pid:N", outside->key.name(),
                           target.why_not_own(scope_of(outside->key)))};
}

std::optional<sysctl::ProbeReport> probed(const std::vector<Setting>& settings,
                                          const std::string& root) {
  std::vector<sysctl::SysctlKey> keys;
  keys.reserve(settings.size());
  for (const Setting& setting : settings) {
    keys.push_back(setting.key);
  }
  return sysctl::look_up_cached(root, keys);
}

std::unexpected<Refusal> refused(Error error) {
  return std::unexpected(Refusal{std::move(error), {}});
}

}  // namespace

std::optional<Refusal> judge(const FoundTarget& target, const SetRequest& request,
                             const Surroundings& surroundings) {
  if (auto wrong = refuse_form(target, request.settings)) {
    return Refusal{*std::move(wrong), {}};
  }
  // Without the allowlist the rules are those of docker: what a namespace owns, and not the host's.
  const enforce::Context context{
      .door = request.force == Force::yes ? enforce::Door::flags : enforce::Door::manifest,
      .host = target.host_namespaces(),
      .allowlist = request.allowlist,
      .kernel = sysctl::running_kernel(),
      .probed = probed(request.settings, surroundings.root)};
  auto rejection = enforce::judge(request.settings, context);
  if (!rejection) {
    return std::nullopt;
  }
  return Refusal{{Code::denied_by_policy, 0, rejection->message}, std::move(rejection->offenders)};
}

Result<sysctl::Plan> preview(const FoundTarget& target, const std::vector<Setting>& settings) {
  PSYS_TRY_ASSIGN(sysctl::SysctlWriter writer, sysctl::SysctlWriter::open());
  return enforce::preview(settings, target.namespaces, writer);
}

std::expected<Change, Refusal> set(const FoundTarget& target, const SetRequest& request,
                                   const Author& author, const Surroundings& surroundings) {
  if (auto refusal = judge(target, request, surroundings)) {
    return std::unexpected(*std::move(refusal));
  }
  if (Result<> locked = lock(target); !locked) {
    return refused(std::move(locked).error());
  }
  const Purpose purpose{.action = store::AuditAction::set,
                        .reason = request.reason,
                        .event = "SysctlsChanged",
                        .author = author};
  Result<Put> done = put(target, request.settings, purpose, &merge_applied, surroundings);
  if (!done) {
    return refused(std::move(done).error());
  }
  Change change{.application = std::move(done->application), .sockets = {}};
  if (request.sockets == ExistingSockets::refresh && !change.application.failure) {
    Result<std::vector<SocketChange>> sockets =
        put_on_sockets(target, change.application, purpose, surroundings);
    if (!sockets) {
      return refused(std::move(sockets).error().within("the values are in force, but sockets"));
    }
    change.sockets = *std::move(sockets);
  }
  return change;
}

}  // namespace podsysctl::live
