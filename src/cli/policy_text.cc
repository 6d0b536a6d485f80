// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cli/page.h"
#include "cli/policy_report.h"
#include "sysctl/profile.h"

namespace podsysctl::cli {
namespace {

using rules::Fate;

std::string match_line(const rules::MatchResult& result, const rules::PodMatch& wanted,
                       const rules::PodFacts& pod) {
  switch (result.answer) {
    case rules::Answer::yes:
      return "matches";
    case rules::Answer::unknown:
      return "may match: " + rules::explain(result, wanted, pod);
    case rules::Answer::no:
      break;
  }
  return "does not match: " + rules::explain(result, wanted, pod);
}

void put_policies(Page& page, const PolicyTrial& trial, const rules::PolicySet& set) {
  if (set.policies.empty()) {
    page.paragraph("There is no SysctlPolicy: only the safe sysctls of Kubernetes are allowed.");
  }
  for (const rules::SysctlPolicy& policy : set.policies) {
    const rules::MatchResult result = rules::match(policy.match, trial.pod);
    page.bullet(fmt::format("SysctlPolicy {} ({}) {}", policy.name, policy.place.text(),
                            match_line(result, policy.match, trial.pod)));
  }
  for (const rules::SysctlProfile& profile : set.profiles) {
    if (profile.match) {
      const rules::MatchResult result = rules::match(*profile.match, trial.pod);
      page.bullet(fmt::format("SysctlProfile {} ({}) {}", profile.name, profile.place.text(),
                              match_line(result, *profile.match, trial.pod)));
    }
  }
}

Colour colour_of(Fate fate) {
  switch (fate) {
    case Fate::granted:
      return Colour::green;
    case Fate::forbidden:
      return Colour::red;
    case Fate::left_out:
      return Colour::yellow;
    case Fate::overridden:
      break;
  }
  return Colour::none;
}

std::string verdict_line(const rules::Judged& judged) {
  const policy::Verdict& verdict = judged.verdict;
  switch (judged.fate) {
    case Fate::granted:
      return "granted: " + verdict.message();
    case Fate::forbidden:
      return fmt::format("{}: {}", verdict.reason(), verdict.message());
    case Fate::left_out:
      return fmt::format("left out: {}", verdict.message());
    case Fate::overridden:
      break;
  }
  return verdict.message();
}

void put_settings(Page& page, const rules::Decision& decision) {
  if (decision.judged.empty()) {
    page.paragraph("Nothing is asked for this pod.");
  }
  for (const rules::Judged& judged : decision.judged) {
    page.paragraph(fmt::format("{} = {}", judged.setting.key.name(), judged.setting.value));
    page.item("  verdict", verdict_line(judged), colour_of(judged.fate));
    page.item("  hint", judged.verdict.hint());
    page.item("  from",
              judged.profile.empty()
                  ? fmt::format("{}, {}", to_string(judged.level), describe(judged.setting.origin))
                  : fmt::format("{} {}, {}", to_string(judged.level), judged.profile,
                                describe(judged.setting.origin)));
  }
}

// What is wrong with more than one setting: annotations and profiles.
void put_other_offences(Page& page, const rules::Decision& decision) {
  for (const policy::Verdict& offence : decision.offences) {
    const bool told = std::ranges::any_of(decision.judged, [&offence](const rules::Judged& judged) {
      return judged.verdict.message() == offence.message();
    });
    if (!told) {
      page.paragraph(offence.name());
      page.item("  verdict", fmt::format("{}: {}", offence.reason(), offence.message()),
                Colour::red);
      page.item("  hint", offence.hint());
    }
  }
  for (const std::string& notice : decision.notices) {
    page.item("  note", notice);
  }
}

std::string end_line(const PolicyTrial& trial) {
  switch (end_of(trial)) {
    case TrialEnd::starts:
      return "It starts with what is granted.";
    case TrialEnd::starts_without:
      return fmt::format("It starts without what is forbidden (onForbidden: {}).",
                         to_string(trial.decision.on_forbidden));
    case TrialEnd::rejected:
      break;
  }
  return "It is rejected (onForbidden: Reject).";
}

}  // namespace

TrialEnd end_of(const PolicyTrial& trial) noexcept {
  if (trial.decision.offences.empty()) {
    return TrialEnd::starts;
  }
  return trial.decision.on_forbidden == rules::OnForbidden::reject ? TrialEnd::rejected
                                                                   : TrialEnd::starts_without;
}

std::string trial_text(const PolicyTrial& trial, const rules::PolicySet& set,
                       Table::Colours colours) {
  Page page(colours);
  page.heading(fmt::format("{} {}/{}", trial.kind, trial.pod.namespace_, trial.pod.name));
  put_policies(page, trial, set);
  page.heading("Settings");
  put_settings(page, trial.decision);
  put_other_offences(page, trial.decision);
  page.heading("The pod");
  const TrialEnd end = end_of(trial);
  page.item("", end_line(trial), end == TrialEnd::starts ? Colour::green : Colour::red);
  return page.text();
}

std::string set_text(const rules::PolicySet& set) {
  Table table({"KIND", "NAME", "ALLOWS", "DENIES", "ON FORBIDDEN", "SOURCES", "FILE"});
  for (const rules::SysctlPolicy& policy : set.policies) {
    table.add({{"SysctlPolicy"},
               {policy.name},
               {std::to_string(policy.allowed.size())},
               {std::to_string(policy.denied.size())},
               {policy.on_forbidden ? std::string(to_string(*policy.on_forbidden)) : "-"},
               {policy.honoured().text()},
               {policy.place.text()}});
  }
  const std::string policies = set.policies.empty() ? "" : table.text(Table::Colours::off) + "\n";
  Table profiles({"PROFILE", "SETTINGS", "FOR", "FILE"});
  for (const rules::SysctlProfile& profile : set.profiles) {
    profiles.add({{profile.name},
                  {std::to_string(profile.settings.size())},
                  {profile.match ? "selected pods" : "pods that name it"},
                  {profile.place.text()}});
  }
  for (const sysctl::Profile& profile : sysctl::profiles()) {
    if (set.find_profile(profile.name) == nullptr) {
      profiles.add({{std::string(profile.name)},
                    {std::to_string(profile.pod.size())},
                    {"pods that name it"},
                    {"built in"}});
    }
  }
  return policies + profiles.text(Table::Colours::off);
}

}  // namespace podsysctl::cli
