// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>
#include <utility>

#include "api/live_json.h"
#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/sources.h"
#include "cli/verbs.h"

namespace podsysctl::cli {
namespace {

using api::DriftReport;

struct Given {
  std::string target;
  std::string reason;
  std::string output = "text";
  SourceFlags source;
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

void complain_of(const DriftReport& report) {
  const auto say = [&report](const std::optional<Error>& error) {
    if (error) {
      complain(report.drift.name + ": " + error->message);
    }
  };
  say(report.drift.failure);
  if (report.repaired) {
    say(report.repaired->failure);
  }
}

Result<std::vector<DriftReport>> diff(const Given& given) {
  const Purpose purpose = given.repair ? Purpose::change : Purpose::look;
  PSYS_TRY_ASSIGN(const auto source, TargetSource::open(given.source, given.target, purpose));
  api::Targets& targets = source->targets();
  return given.repair ? targets.repair(given.target, given.reason) : targets.drift(given.target);
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
  std::ranges::for_each(*reports, &complain_of);
  print(given.output == "json" ? api::drift_json(*reports) : text_of(*reports));
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
  add_source_flags(command, given->source);
  command.action([given] { return run(*given); });
}

}  // namespace podsysctl::cli
