// SPDX-License-Identifier: Apache-2.0
#include "agent/pod_keeper.h"

#include <algorithm>
#include <utility>

#include "agent/namespaces.h"
#include "agent/report.h"
#include "enforce/enforce.h"
#include "live/summary.h"

namespace podsysctl::agent {
namespace {

using rules::OnForbidden;
using store::EventType;
using sysctl::Application;
using sysctl::ApplyState;

rules::PodFacts facts_of(const Sandbox& sandbox, const Result<OpenSandbox>& open) {
  rules::PodFacts facts{.namespace_ = sandbox.namespace_,
                        .name = sandbox.name,
                        .labels = sandbox.labels,
                        .annotations = sandbox.annotations};
  if (open) {
    facts.host = open->host;
    facts.user = open->user;
  }
  return facts;
}

bool any_written(const Application& application) {
  return std::ranges::any_of(application.settings, [](const auto& applied) {
    return applied.state == ApplyState::applied;
  });
}

}  // namespace

// One sandbox, from the decision to the record.
struct PodKeeper::Case {
  const Sandbox& sandbox;
  Occasion occasion;
  Result<OpenSandbox> open;
  rules::Decision decision;
  Application application;
  Report report;
};

Result<std::unique_ptr<PodKeeper>> PodKeeper::open(Surroundings surroundings) {
  PSYS_TRY_ASSIGN(sysctl::SysctlWriter writer, sysctl::SysctlWriter::open());
  return std::unique_ptr<PodKeeper>(new PodKeeper(std::move(surroundings), std::move(writer)));
}

Result<> PodKeeper::start(const Sandbox& sandbox) { return handle(sandbox, Occasion::start); }

void PodKeeper::review(const Sandbox& sandbox) {
  // Nothing is refused on a review, so there is nothing to pass on.
  static_cast<void>(handle(sandbox, Occasion::review));
}

Result<> PodKeeper::handle(const Sandbox& sandbox, Occasion occasion) {
  const std::scoped_lock one_sandbox(one_sandbox_);
  Result<OpenSandbox> open = open_namespaces(sandbox, around_.host);
  const std::shared_ptr<const rules::PolicySet> policies = around_.policies();
  rules::Decision decision = rules::decide(facts_of(sandbox, open), *policies, around_.node);
  const bool ended = !open && open.error().code == Code::not_found && occasion == Occasion::review;
  if (ended || (decision.offences.empty() && decision.settings().empty())) {
    return {};
  }
  Case at_hand{.sandbox = sandbox,
               .occasion = occasion,
               .open = std::move(open),
               .decision = std::move(decision)};
  at_hand.report.pod =
      record_of(sandbox, at_hand.open ? &*at_hand.open : nullptr, around_.clock.now());
  return put(at_hand);
}

Result<> PodKeeper::put(Case& at_hand) {
  const rules::Decision& decision = at_hand.decision;
  if (!decision.offences.empty() && at_hand.occasion == Occasion::start &&
      decision.on_forbidden == OnForbidden::reject) {
    const std::string reason = decision.offences.front().reason();
    return reject(at_hand, reason, text_of(reason, decision.offences));
  }
  for (const policy::Verdict& offence : decision.offences) {
    at_hand.report.notices.push_back({EventType::warning, offence.reason(), text_of(offence)});
  }
  if (!at_hand.open) {
    return fail(at_hand, at_hand.open.error());
  }
  at_hand.application = enforce::enforce(decision.settings(), at_hand.open->target, writer_);
  if (at_hand.application.failure) {
    return fail(at_hand, *at_hand.application.failure);
  }
  const bool late = at_hand.occasion == Occasion::review;
  if (any_written(at_hand.application)) {
    at_hand.report.notices.push_back(
        {late ? EventType::warning : EventType::normal,
         std::string(late ? kSysctlsRepaired : kSysctlsApplied),
         live::summary_of(at_hand.application) +
             (late ? "; sockets that were open before keep what they took over" : "")});
  }
  keep(at_hand, counter_of(at_hand));
  return {};
}

// Which of the counters a sandbox with all that it may have adds to.
std::uint64_t Counters::* PodKeeper::counter_of(const Case& at_hand) {
  const rules::Decision& decision = at_hand.decision;
  if (!decision.offences.empty() && decision.on_forbidden != OnForbidden::warn) {
    return &Counters::degraded;
  }
  if (!any_written(at_hand.application)) {
    return &Counters::unchanged;
  }
  return at_hand.occasion == Occasion::review ? &Counters::repaired : &Counters::applied;
}

Result<> PodKeeper::fail(Case& at_hand, const Error& failure) {
  if (at_hand.occasion == Occasion::start && at_hand.decision.on_forbidden == OnForbidden::reject) {
    return reject(at_hand, kSysctlNotApplied,
                  fmt::format("{}: {}", kSysctlNotApplied, failure.message));
  }
  note_fault(fmt::format("{}: {}", title_of(at_hand.sandbox), failure.message));
  at_hand.report.notices.push_back(
      {EventType::warning, std::string(kSysctlNotApplied), failure.message});
  keep(at_hand, &Counters::degraded);
  return {};
}

Result<> PodKeeper::reject(Case& at_hand, std::string_view reason, std::string message) {
  Report& report = at_hand.report;
  report.pod.phase = store::PodPhase::failed;
  report.pod.reason = reason;
  report.pod.message = message;
  report.notices.push_back({EventType::warning, std::string(reason), message});
  note_fault(fmt::format("{}: {}", title_of(at_hand.sandbox), message));
  keep(at_hand, &Counters::rejected);
  return std::unexpected(Error{Code::denied_by_policy, 0, std::move(message)});
}

void PodKeeper::keep(Case& at_hand, std::uint64_t Counters::* counter) {
  {
    const std::scoped_lock lock(mutex_);
    ++(standing_.counters.*counter);
    if (counter != &Counters::rejected) {
      kept_.insert(at_hand.sandbox.id);
    }
  }
  at_hand.report.settings = settings_of(at_hand.application, at_hand.decision);
  around_.recorder.keep(std::move(at_hand.report));
}

void PodKeeper::note_fault(const std::string& message) {
  const std::scoped_lock lock(mutex_);
  standing_.last_fault = message;
  standing_.last_fault_at = around_.clock.now();
}

void PodKeeper::gone(const std::string& sandbox_id) {
  {
    const std::scoped_lock lock(mutex_);
    kept_.erase(sandbox_id);
  }
  // Also of one that was refused: its record stays until the runtime forgets it, too.
  around_.recorder.forget(sandbox_id);
}

void PodKeeper::keep_only(const std::vector<std::string>& sandbox_ids) {
  {
    const std::scoped_lock lock(mutex_);
    std::erase_if(kept_, [&](const std::string& id) {
      return std::ranges::find(sandbox_ids, id) == sandbox_ids.end();
    });
  }
  around_.recorder.keep_only(sandbox_ids);
}

void PodKeeper::answered_late(std::string_view what) {
  note_fault(fmt::format("{}: the runtime did not wait for the answer", what));
  const std::scoped_lock lock(mutex_);
  ++standing_.counters.late;
}

PodKeeper::Standing PodKeeper::standing() const {
  const std::scoped_lock lock(mutex_);
  Standing standing = standing_;
  standing.sandboxes = kept_.size();
  return standing;
}

}  // namespace podsysctl::agent
