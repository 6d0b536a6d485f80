// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "check/context_builder.h"
#include "check/inputs.h"
#include "check/report.h"
#include "check/runner.h"
#include "cli/build_info.h"
#include "cli/check_fix.h"
#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/verbs.h"

namespace podsysctl::cli {
namespace {

constexpr std::size_t kMostThreads = 64;
constexpr int kCouldNotRun = 2;

struct Given {
  std::vector<std::string> paths;
  check::ContextOptions context;
  std::string output = "text";
  std::string fail_on = "error";
  std::optional<std::size_t> threads;
  bool fix = false;
  bool diff = false;
};

std::size_t threads_of(const Given& given) {
  const std::size_t wanted =
      given.threads.value_or(std::max<std::size_t>(1, std::thread::hardware_concurrency()));
  return std::clamp<std::size_t>(wanted, 1, kMostThreads);
}

int could_not_run(const Error& error) {
  complain(error.message);
  return kCouldNotRun;
}

int exit_code(const check::Outcome& outcome, const std::string& fail_on) {
  if (!outcome.failures.empty()) {
    return kCouldNotRun;
  }
  const check::Summary& found = outcome.summary;
  const bool bad = found.errors > 0 || (fail_on == "warning" && found.warnings > 0);
  return bad ? kFailed : kOk;
}

Result<std::vector<check::InputFile>> inputs_of(const std::vector<std::string>& paths) {
  std::vector<check::InputFile> files;
  for (const std::string& path : paths) {
    PSYS_TRY_ASSIGN(std::vector<check::InputFile> found, check::files_of(path));
    std::ranges::move(found, std::back_inserter(files));
  }
  return files;
}

int run(const Given& given) {
  auto prepared = check::prepare_context(given.context);
  if (!prepared) {
    return could_not_run(prepared.error());
  }
  const auto files = inputs_of(given.paths);
  if (!files) {
    return could_not_run(files.error());
  }
  if (given.fix || given.diff) {
    const auto mode = given.diff ? FixMode::show : FixMode::write;
    if (const auto code = fix_files(*files, prepared->context.kubernetes, mode)) {
      return *code;
    }
  }
  const check::Format format =
      check::format_from_string(given.output).value_or(check::Format::text);
  const auto colours = colours_wanted() ? check::Colours::on : check::Colours::off;
  const auto report = check::make_report(
      format, &print, {.colours = colours, .version = std::string(build_info().version)});
  for (const auto& [file, findings] : prepared->findings) {
    report->add(file, findings);
  }
  // One file is seldom worth a second thread; a large one is.
  const check::RunOptions options{
      .threads = threads_of(given),
      .excerpts = format == check::Format::text ? check::Excerpts::yes : check::Excerpts::no};
  check::Outcome outcome = check::check_files(
      *files, prepared->context, options,
      [&report](const std::string& file, const std::vector<check::Finding>& findings) {
        report->add(file, findings);
      });
  outcome.summary.add(prepared->summary);
  report->end(outcome.summary);
  for (const Error& failure : outcome.failures) {
    complain(failure.message);
  }
  return exit_code(outcome, given.fail_on);
}

void add_context_flags(Command& check, check::ContextOptions& context) {
  check.option("kubernetes-version", "1.X", "Rules and messages of this version; default: newest",
               context.kubernetes_version);
  check.option("kernel-version", "RELEASE",
               "The nodes' kernel, as uname -r has it, or host; default: a new one",
               context.kernel_version);
  check
      .option("allowed-unsafe-sysctls", "PATTERN,...",
              "The kubelet's allowlist, besides the safe ones", context.allowed_unsafe_sysctls)
      .also("experimental-allowed-unsafe-sysctls");
  check
      .option("kubelet-config", "FILE", "Take the allowlist of a KubeletConfiguration",
              context.kubelet_config)
      .completed_with(Completes::files);
  check
      .option("kubelet-drop-in", "FILE", "Take the allowlist of a systemd drop-in of the kubelet",
              context.kubelet_drop_in)
      .completed_with(Completes::files);
  check.option("pod-security", "LEVEL[:1.X]",
               "Pod Security of the namespace: privileged, baseline, restricted",
               context.pod_security);
  check.choice("runtime", {"containerd", "cri-o", "docker"}, "Container runtime of the nodes",
               context.runtime);
  check.option("policy", "PATH", "All of these from a file, or policies for pods", context.policies)
      .completed_with(Completes::files);
  check.option("disable", "RULE,...", "Switch rules off: PSC501", context.disabled);
  check.option("severity", "RULE=LEVEL", "Count a rule as off, info, warning or error",
               context.severities);
}

}  // namespace

void add_check(Command& app) {
  const auto given = std::make_shared<Given>();
  Command& check = app.command("check", "Find faults in the sysctls of manifests");
  check.details(
      "PATH is a file of YAML or JSON, a folder, a pattern, or - for standard input. Exit\n"
      "code: 0 no findings of that severity, 1 some, 2 something could not be read.\n"
      "docs/rules.md explains each rule.");
  check.arguments("PATH", Need::required, given->paths).completed_with(Completes::files);
  add_context_flags(check, given->context);
  check.choice("o,output", {"text", "json", "sarif", "junit", "github"}, "Form of the output",
               given->output);
  check.choice("fail-on", {"error", "warning"}, "The least severity for exit code 1",
               given->fail_on);
  check.flag("fix", "First mend what needs no decision; see docs/migrate.md", given->fix);
  check.flag("diff", "Print what --fix would change, and end: 1 if anything would", given->diff);
  check.option("j,jobs", "N", "Threads; default: one for each processor", given->threads);
  check.action([given] { return run(*given); });
}

}  // namespace podsysctl::cli
