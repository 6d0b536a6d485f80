// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>
#include <utility>

#include "cli/exit_codes.h"
#include "cli/live_context.h"
#include "cli/live_json.h"
#include "cli/output.h"
#include "cli/verbs.h"

namespace podsysctl::cli {
namespace {

using live::Surroundings;
using live::TargetDrift;

struct Given {
  std::string target;
  std::string reason;
  std::string output = "text";
  std::string root;
  bool all = false;
  bool repair = false;
};

std::string outcome_of(const DriftReport& report, const live::DriftedSetting& drifted) {
  if (report.is_repaired(drifted.setting.name)) {
    return "repaired";
  }
  return report.repaired ? "not repaired" : "";
}

std::string text_of(const std::vector<DriftReport>& reports) {
  Table table({"TARGET", "NAME", "REQUESTED", "FOUND", "ORIGIN", ""});
  std::size_t checked = 0;
  std::size_t drifted = 0;
  for (const DriftReport& report : reports) {
    checked += report.drift.checked;
    drifted += report.drift.drifted.size();
    for (const live::DriftedSetting& one : report.drift.drifted) {
      table.add({{report.drift.name},
                 {one.setting.name},
                 {one.setting.requested},
                 {one.found ? *one.found : "(" + one.why + ")", Colour::yellow},
                 {one.setting.origin},
                 {outcome_of(report, one)}});
    }
  }
  const std::string summary =
      fmt::format("{} of {} settings of {} targets drifted\n", drifted, checked, reports.size());
  const auto colours = colours_wanted() ? Table::Colours::on : Table::Colours::off;
  return drifted == 0 ? summary : table.text(colours) + summary;
}

Result<std::vector<TargetDrift>> check(const Given& given, const Surroundings& surroundings) {
  PSYS_TRY_ASSIGN(live::DriftChecker checker, live::DriftChecker::open());
  if (given.target.empty()) {
    return surroundings.store == nullptr ? std::vector<TargetDrift>()
                                         : checker.check_all(*surroundings.store);
  }
  PSYS_TRY_ASSIGN(const live::FoundTarget target, live::find_target(given.target, surroundings));
  PSYS_TRY_ASSIGN(TargetDrift drift, checker.check(target, surroundings));
  std::vector<TargetDrift> drifts;
  drifts.push_back(std::move(drift));
  return drifts;
}

// One target that cannot be repaired leaves the others.
void repair(DriftReport& report, const Given& given, const Surroundings& surroundings) {
  const auto fail = [&report](const Error& error) {
    complain(report.drift.name + ": " + error.message);
    report.repaired = sysctl::Application{.settings = {}, .failure = error};
  };
  const auto target = live::find_target(report.drift.name, surroundings);
  if (!target) {
    fail(target.error());
    return;
  }
  auto change = live::repair(*target, report.drift, live::Author::of_this_process(), given.reason,
                             surroundings);
  if (!change) {
    fail(change.error());
    return;
  }
  report.repaired = std::move(change->application);
  if (report.repaired->failure) {
    complain(report.drift.name + ": " + report.repaired->failure->message);
  }
}

Result<std::vector<DriftReport>> diff(const Given& given) {
  const Purpose purpose = given.repair ? Purpose::change : Purpose::look;
  PSYS_TRY_ASSIGN(const auto context, LiveContext::open(given.root, purpose));
  PSYS_TRY_ASSIGN(std::vector<TargetDrift> drifts, check(given, context->surroundings()));
  std::vector<DriftReport> reports;
  reports.reserve(drifts.size());
  for (TargetDrift& drift : drifts) {
    DriftReport& report = reports.emplace_back(DriftReport{std::move(drift), {}});
    if (report.drift.failure) {
      complain(report.drift.name + ": " + report.drift.failure->message);
    }
    if (given.repair && !report.drift.drifted.empty()) {
      repair(report, given, context->surroundings());
    }
  }
  return reports;
}

int run(const Given& given) {
  if (given.all && !given.target.empty()) {
    complain("give either a TARGET or --all\nhint: podsysctl diff --help");
    return kUsage;
  }
  const auto reports = diff(given);
  if (!reports) {
    return report(reports.error());
  }
  print(given.output == "json" ? drift_json(*reports) : text_of(*reports));
  return std::ranges::all_of(*reports, &DriftReport::is_clean) ? kOk : kFailed;
}

}  // namespace

void add_diff(Command& app) {
  const auto given = std::make_shared<Given>();
  Command& command =
      app.command("diff", "Compare kernel parameters in force with those that were asked for");
  command.details(
      "Without TARGET every pod of podsysctl that runs. Of a target of another kind, what\n"
      "podsysctl set changed there is compared. Exit code 1 where something drifted and was not\n"
      "repaired, 0 where nothing did.");
  command.argument("TARGET", Need::optional, given->target).completed_with(Completes::targets);
  command.flag("a,all", "Every pod that runs; the same as no TARGET", given->all);
  command.flag("repair", "Put what drifted into effect again", given->repair);
  command.option("reason", "TEXT", "Why it is repaired; kept in the audit trail", given->reason);
  command.choice("o,output", {"text", "json"}, "Form of the output", given->output);
  add_root_flag(command, given->root);
  command.action([given] { return run(*given); });
}

}  // namespace podsysctl::cli
