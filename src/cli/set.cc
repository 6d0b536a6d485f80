// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <memory>
#include <utility>

#include "base/strings.h"
#include "cli/allowlist.h"
#include "cli/exit_codes.h"
#include "cli/live_context.h"
#include "cli/live_json.h"
#include "cli/output.h"
#include "cli/set_text.h"
#include "cli/verbs.h"
#include "live/managed.h"

namespace podsysctl::cli {
namespace {

using live::FoundTarget;
using live::Surroundings;

struct Given {
  std::string target;
  std::vector<std::string> assignments;
  std::vector<std::string> allowed_unsafe;
  std::string kubernetes_version;
  std::string reason;
  std::string output = "text";
  std::string root;
  bool force = false;
  bool dry_run = false;
  bool undo = false;
  bool live_sockets = false;

  [[nodiscard]] bool as_json() const { return output == "json"; }
  [[nodiscard]] live::Force forced() const { return force ? live::Force::yes : live::Force::no; }
  [[nodiscard]] live::ExistingSockets sockets() const {
    return live_sockets ? live::ExistingSockets::refresh : live::ExistingSockets::leave;
  }
};

int usage(std::string_view message) {
  complain(std::string(message) + "\nhint: podsysctl set --help");
  return kUsage;
}

int report_refusal(const live::Refusal& refusal) {
  if (refusal.offenders.empty()) {
    return report(refusal.error);
  }
  for (const policy::Verdict& verdict : refusal.offenders) {
    print_beside(to_text(verdict) + "\n");
  }
  return kFailed;
}

int report_change(const Given& given, const FoundTarget& target, const live::Change& change) {
  print(given.as_json() ? change_json(target, change) : change_text(change));
  return change.application.failure ? report(*change.application.failure) : kOk;
}

int report_plan(const Given& given, const FoundTarget& target, const Result<sysctl::Plan>& plan) {
  if (!plan) {
    return report(plan.error());
  }
  print(given.as_json() ? plan_json(target, *plan) : plan_text(*plan));
  return kOk;
}

Result<std::vector<sysctl::Setting>> settings_of(const Given& given) {
  std::vector<sysctl::Setting> settings;
  for (const std::string& text : given.assignments) {
    PSYS_TRY_ASSIGN(sysctl::Setting setting,
                    sysctl::parse_assignment(text, {.kind = sysctl::Origin::Kind::live,
                                                    .source = std::string(live::kSetOrigin)}));
    settings.push_back(std::move(setting));
  }
  return settings;
}

int undo(const Given& given, const FoundTarget& target, const Surroundings& surroundings) {
  const live::UndoRequest request{
      .force = given.forced(), .sockets = given.sockets(), .reason = given.reason};
  if (given.dry_run) {
    const auto settings = live::what_undo_writes(target, request, surroundings);
    return settings ? report_plan(given, target, live::preview(target, *settings))
                    : report(settings.error());
  }
  const auto change = live::undo(target, request, live::Author::of_this_process(), surroundings);
  return change ? report_change(given, target, *change) : report(change.error());
}

int set(const Given& given, const FoundTarget& target, const policy::Allowlist& allowlist,
        const Surroundings& surroundings) {
  auto settings = settings_of(given);
  if (!settings) {
    return report(settings.error());
  }
  const live::SetRequest request{.settings = *std::move(settings),
                                 .allowlist = allowlist,
                                 .force = given.forced(),
                                 .sockets = given.sockets(),
                                 .reason = given.reason};
  if (given.dry_run) {
    const auto refusal = live::judge(target, request, surroundings);
    return refusal ? report_refusal(*refusal)
                   : report_plan(given, target, live::preview(target, request.settings));
  }
  const auto change = live::set(target, request, live::Author::of_this_process(), surroundings);
  return change ? report_change(given, target, *change) : report_refusal(change.error());
}

int run(const Given& given) {
  if (given.undo != given.assignments.empty()) {
    return usage(given.undo ? "--undo takes no KEY=VALUE" : "missing argument: KEY=VALUE");
  }
  if (given.force && ::geteuid() != 0) {
    return report({Code::permission, 0, "--force is for root"});
  }
  const auto allowlist = make_allowlist(given.allowed_unsafe, given.kubernetes_version);
  if (!allowlist) {
    return report(allowlist.error());
  }
  const auto context = LiveContext::open(given.root, Purpose::change);
  if (!context) {
    return report(context.error());
  }
  const Surroundings& surroundings = (*context)->surroundings();
  const auto target = live::find_target(given.target, surroundings);
  if (!target) {
    return report(target.error());
  }
  return given.undo ? undo(given, *target, surroundings)
                    : set(given, *target, *allowlist, surroundings);
}

void add_flags(Command& command, Given& given) {
  command.flag("undo", "Take back the last set of this target", given.undo);
  command.flag("dry-run", "Judge, and show what would be written, in which order", given.dry_run);
  command.flag("live-sockets", "Also give the new value to listeners and connections that exist",
               given.live_sockets);
  command.option("reason", "TEXT", "Why; kept in the audit trail", given.reason);
  command
      .option("allowed-unsafe-sysctls", "PATTERN,...",
              "Allow sysctls beyond the safe ones, e.g. 'net.*'", given.allowed_unsafe)
      .also("experimental-allowed-unsafe-sysctls");
  command.option("kubernetes-version", "1.X", "Judge as this release does (default: newest known)",
                 given.kubernetes_version);
  command.flag("force", "Without the allowlist; with --undo, over others' changes. For root",
               given.force);
}

}  // namespace

void add_set(Command& app) {
  const auto given = std::make_shared<Given>();
  Command& command =
      app.command("set", "Change kernel parameters of a pod, container or process that runs");
  command.usage(
      {"podsysctl set [flags] TARGET KEY=VALUE...", "podsysctl set --undo [flags] TARGET"});
  command.details(
      "Judged, ordered, written, read back and taken back on failure like those of a pod that\n"
      "starts, and kept in an audit trail (podsysctl get TARGET --history). The host's own\n"
      "namespaces are never written. Sockets that exist keep some old values: the answer says so.");
  command.argument("TARGET", Need::required, given->target).completed_with(Completes::targets);
  command.arguments("KEY=VALUE", Need::optional, given->assignments)
      .completed_with(Completes::sysctls);
  add_flags(command, *given);
  command.choice("o,output", {"text", "json"}, "Form of the output", given->output);
  add_root_flag(command, given->root);
  command.action([given] { return run(*given); });
}

}  // namespace podsysctl::cli
