// SPDX-License-Identifier: Apache-2.0
#include "agent/pod_keeper.h"

#include <optional>
#include <utility>

#include "agent/open_sockets.h"
#include "agent/pod_case.h"
#include "agent/review.h"
#include "enforce/enforce.h"

namespace podsysctl::agent {
namespace {

using rules::OnForbidden;
using store::EventType;

rules::PodFacts facts_of(const Sandbox& sandbox, const Result<OpenSandbox>& open) {
  rules::PodFacts facts{.namespace_ = sandbox.namespace_,
                        .name = sandbox.name,
                        .labels = sandbox.labels,
                        .annotations = what_decides(sandbox.annotations)};
  if (open) {
    facts.host = open->host;
    facts.user = open->user;
  }
  return facts;
}

// Of a sandbox that nobody can have looked at before.
bool is_new(Occasion occasion) {
  return occasion == Occasion::start || occasion == Occasion::follow;
}

}  // namespace

Result<std::unique_ptr<PodKeeper>> PodKeeper::open(Surroundings surroundings) {
  PSYS_TRY_ASSIGN(sysctl::SysctlWriter writer, sysctl::SysctlWriter::open());
  return std::unique_ptr<PodKeeper>(new PodKeeper(std::move(surroundings), std::move(writer)));
}

Result<> PodKeeper::start(const Sandbox& sandbox, sysctl::SysctlWriter& way_in) {
  const auto begin = std::chrono::steady_clock::now();
  Result<> answer = handle(sandbox, Occasion::start, way_in);
  const std::scoped_lock lock(mutex_);
  standing_.starts.add(std::chrono::steady_clock::now() - begin);
  return answer;
}

DecisionCache::Decided PodKeeper::decide(const Sandbox& sandbox, const Result<OpenSandbox>& open) {
  const std::shared_ptr<const rules::PolicySet> policies = around_.policies();
  rules::PodFacts facts = facts_of(sandbox, open);
  if (DecisionCache::Decided known = decisions_.find(facts, policies)) {
    return known;
  }
  std::vector<sysctl::Setting> defaults;
  for (const policy::DefaultSysctls& each : around_.defaults) {
    const auto more = each.for_pod(facts.host, facts.user, defaults);
    defaults.insert(defaults.end(), more.begin(), more.end());
  }
  const rules::NodeFacts node{around_.node.safe_list, around_.node.kernel, defaults};
  auto decision = std::make_shared<const rules::Decision>(rules::decide(facts, *policies, node));
  decisions_.keep(std::move(facts), policies, decision);
  return decision;
}

Result<> PodKeeper::handle(const Sandbox& sandbox, Occasion occasion,
                           sysctl::SysctlWriter& way_in) {
  std::optional<Turn> turn(std::in_place, turns_,
                           is_new(occasion) ? Urgency::waited_for : Urgency::can_wait);
  {
    const std::scoped_lock lock(mutex_);
    if (is_done(sandbox, occasion)) {
      return {};
    }
  }
  PodCase at_hand{.turn = turn,
                  .sandbox = sandbox,
                  .occasion = occasion,
                  .way_in = way_in,
                  .open = open_namespaces(sandbox, around_.host, around_.host_root)};
  if (!at_hand.open && at_hand.open.error().code == Code::not_found && !is_new(occasion)) {
    return {};  // it has ended
  }
  at_hand.decision = decide(sandbox, at_hand.open);
  recall(at_hand);
  at_hand.given.on_drift = at_hand.decision->on_drift.value_or(around_.on_drift);
  at_hand.given.lapsed = lapsed(at_hand.before, *at_hand.decision, at_hand.by_hand);
  if (at_hand.is_about_nothing()) {
    return {};
  }
  at_hand.report.pod =
      record_of(sandbox, at_hand.open ? &*at_hand.open : nullptr, around_.clock.now());
  return put(at_hand);
}

// What it was given before, also by a former run, and what is a person's.
void PodKeeper::recall(PodCase& at_hand) {
  KeysOnRecord on_record;
  if (!is_new(at_hand.occasion) && around_.on_record) {
    on_record = around_.on_record(at_hand.sandbox);
    at_hand.by_hand = std::move(on_record.by_hand);
  }
  const std::scoped_lock lock(mutex_);
  if (at_hand.occasion != Occasion::policy_changed) {
    book_.remember(at_hand.sandbox);
  }
  at_hand.before = book_.given(at_hand.sandbox.id);
  if (at_hand.before.outcome == Outcome::nothing) {
    at_hand.before.in_force = std::move(on_record.in_force);
  }
}

Result<> PodKeeper::put(PodCase& at_hand) {
  const rules::Decision& decision = *at_hand.decision;
  if (!decision.offences.empty() && at_hand.refuses()) {
    const std::string reason = decision.offences.front().reason();
    return reject(at_hand, reason, text_of(reason, decision.offences));
  }
  at_hand.report.notices = news(at_hand.given, at_hand.before, decision);
  if (at_hand.occasion == Occasion::follow && decision.on_forbidden == OnForbidden::reject) {
    for (Notice& offence : at_hand.report.notices) {
      offence.message += "; the pod runs without it: it had started before it could be refused";
    }
  }
  if (!at_hand.open) {
    return fail(at_hand, at_hand.open.error());
  }
  at_hand.application = enforce::enforce(at_hand.wanted(), at_hand.open->target, at_hand.way_in);
  if (at_hand.application.failure) {
    return fail(at_hand, *at_hand.application.failure);
  }
  at_hand.given.in_force = at_hand.keys();
  at_hand.given.outcome = at_hand.outcome();
  if (at_hand.any_written()) {
    note_values(at_hand);
  }
  keep(at_hand, at_hand.outcome());
  return {};
}

void PodKeeper::note_values(PodCase& at_hand) {
  Report& report = at_hand.report;
  std::string late;
  if (!at_hand.is_start()) {
    report.audit =
        audit_of(at_hand.application, *at_hand.open, report.pod, audit_reason(at_hand.occasion));
    {
      const std::scoped_lock lock(mutex_);
      book_.note(at_hand.sandbox.id, at_hand.given);
    }
    // Sockets may take a while to look at, and other pods wait.
    at_hand.turn.reset();
    late = about_open_sockets(at_hand.open->target, at_hand.application, around_.sockets);
  }
  report.notices.push_back(notice_of(at_hand.application, at_hand.occasion, late));
}

Result<> PodKeeper::fail(PodCase& at_hand, const Error& failure) {
  if (at_hand.refuses()) {
    return reject(at_hand, kSysctlNotApplied,
                  fmt::format("{}: {}", kSysctlNotApplied, failure.message));
  }
  note_fault(fmt::format("{}: {}", title_of(at_hand.sandbox), failure.message));
  at_hand.given.in_force = at_hand.before.in_force;
  at_hand.report.notices.push_back(
      {EventType::warning, std::string(kSysctlNotApplied), failure.message});
  keep(at_hand, Outcome::degraded);
  return {};
}

Result<> PodKeeper::reject(PodCase& at_hand, std::string_view reason, std::string message) {
  Report& report = at_hand.report;
  report.pod.phase = store::PodPhase::failed;
  report.pod.reason = reason;
  report.pod.message = message;
  report.notices.push_back({EventType::warning, std::string(reason), message});
  note_fault(fmt::format("{}: {}", title_of(at_hand.sandbox), message));
  keep(at_hand, Outcome::rejected);
  return std::unexpected(Error{Code::denied_by_policy, 0, std::move(message)});
}

void PodKeeper::keep(PodCase& at_hand, Outcome outcome) {
  at_hand.report.settings = settings_of(at_hand.application, *at_hand.decision);
  at_hand.given.outcome = outcome;
  if (at_hand.open) {
    at_hand.report.process = std::exchange(at_hand.open->process, std::nullopt);
  }
  const std::scoped_lock lock(mutex_);
  standing_.by_door[at_hand.sandbox.source.door].add(outcome);
  if (!book_.find(at_hand.sandbox.id)) {
    return;  // it went while it was looked at: nothing is to follow its end
  }
  around_.recorder.keep(std::move(at_hand.report));
  if (outcome == Outcome::rejected) {
    book_.forget(at_hand.sandbox.id);  // a runtime that was told no need not tell of it again
  } else {
    book_.note(at_hand.sandbox.id, std::move(at_hand.given));
  }
}

void PodKeeper::note_fault(const std::string& message) {
  const std::scoped_lock lock(mutex_);
  standing_.last_fault = message;
  standing_.last_fault_at = around_.clock.now();
}

}  // namespace podsysctl::agent
