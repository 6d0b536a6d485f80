// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <memory>
#include <utility>

#include "api/live_json.h"
#include "cli/allowlist.h"
#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/set_text.h"
#include "cli/sources.h"
#include "cli/verbs.h"
#include "live/managed.h"

namespace podsysctl::cli {
namespace {

struct Given {
  std::string target;
  std::vector<std::string> assignments;
  std::vector<std::string> allowed_unsafe;
  std::string kubernetes_version;
  std::string reason;
  std::string output = "text";
  SourceFlags source;
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

int report_change(const Given& given, const api::Changed& changed) {
  print(given.as_json() ? api::change_json(changed) : change_text(changed.change));
  const auto& failure = changed.change.application.failure;
  return failure ? report(*failure) : kOk;
}

int report_plan(const Given& given, const api::Planned& planned) {
  print(given.as_json() ? api::plan_json(planned) : plan_text(planned.plan));
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

int undo(const Given& given, api::Targets& targets) {
  const live::UndoRequest wish{
      .force = given.forced(), .sockets = given.sockets(), .reason = given.reason};
  if (given.dry_run) {
    const auto planned = targets.plan_undo(given.target, wish);
    return planned ? report_plan(given, *planned) : report(planned.error());
  }
  const auto changed = targets.undo(given.target, wish);
  return changed ? report_change(given, *changed) : report(changed.error());
}

Result<api::SetWish> wish_of(const Given& given) {
  PSYS_TRY_ASSIGN(std::vector<std::string> patterns, patterns_of(given.allowed_unsafe));
  PSYS_TRY_ASSIGN(std::vector<sysctl::Setting> settings, settings_of(given));
  return api::SetWish{.settings = std::move(settings),
                      .allowed_unsafe = std::move(patterns),
                      .kubernetes_version = given.kubernetes_version,
                      .force = given.forced(),
                      .sockets = given.sockets(),
                      .reason = given.reason};
}

int set(const Given& given, const api::SetWish& wish, api::Targets& targets) {
  if (given.dry_run) {
    const auto planned = targets.plan_set(given.target, wish);
    return planned ? report_plan(given, *planned) : report_refusal(planned.error());
  }
  const auto changed = targets.set(given.target, wish);
  return changed ? report_change(given, *changed) : report_refusal(changed.error());
}

int run(const Given& given) {
  if (given.undo != given.assignments.empty()) {
    return usage(given.undo ? "--undo takes no KEY=VALUE" : "missing argument: KEY=VALUE");
  }
  if (given.force && ::geteuid() != 0) {
    return report({Code::permission, 0, "--force is for root"});
  }
  const auto wish = wish_of(given);
  if (!wish) {
    return report(wish.error());
  }
  const auto source = TargetSource::open(given.source, given.target, Purpose::change);
  if (!source) {
    return report(source.error());
  }
  return given.undo ? undo(given, (*source)->targets()) : set(given, *wish, (*source)->targets());
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
  add_source_flags(command, given->source);
  command.action([given] { return run(*given); });
}

}  // namespace podsysctl::cli
