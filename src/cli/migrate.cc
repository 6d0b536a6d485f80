// SPDX-License-Identifier: Apache-2.0
#include "migrate/migrate.h"

#include <sys/utsname.h>

#include <memory>
#include <string>
#include <vector>

#include "check/inputs.h"
#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/rewrite_file.h"
#include "cli/verbs.h"
#include "linux/file.h"
#include "migrate/rest.h"
#include "policy/kubernetes_version.h"
#include "sysctl/kernel_version.h"

namespace podsysctl::cli {
namespace {

struct Given {
  std::vector<std::string> paths;
  std::string target = "field";
  bool diff = false;
  bool in_place = false;
  std::string rest;
  std::string kubernetes_version;
  std::string kernel_version;
};

struct Outcome {
  std::vector<migrate::Moved> moved;
  bool any_stays = false;
};

int could_not_run(const Error& error) {
  complain(error.message);
  return kUsage;
}

migrate::Target target_of(const std::string& text) {
  if (text == "annotation") {
    return migrate::Target::annotation;
  }
  return text == "profile" ? migrate::Target::profile : migrate::Target::field;
}

Result<sysctl::KernelVersion> kernel_of(const std::string& text) {
  struct utsname host{};
  const bool here = text == "host" && ::uname(&host) == 0;
  const auto version = here ? sysctl::kernel_version(host.release, host.version)
                            : sysctl::parse_kernel_version(text);
  if (!version) {
    return Error::of(Code::invalid_argument,
                     "--kernel-version {}: a release begins with two numbers, as 6.1 does", text);
  }
  return *version;
}

Result<migrate::Options> options_of(const Given& given) {
  migrate::Options options;
  options.target = target_of(given.target);
  if (!given.kubernetes_version.empty()) {
    PSYS_TRY_ASSIGN(options.rules.kubernetes,
                    policy::KubernetesVersion::parse(given.kubernetes_version));
  }
  if (!given.kernel_version.empty()) {
    PSYS_TRY_ASSIGN(options.rules.kernel, kernel_of(given.kernel_version));
  }
  return options;
}

Result<> migrate_file(const check::InputFile& file, const Given& given,
                      const migrate::Options& options, Outcome& outcome) {
  PSYS_TRY_ASSIGN(const std::string text, check::read_input(file));
  PSYS_TRY_ASSIGN(const migrate::Migration made, migrate::migrate(text, file.path, options));
  for (const auto* const list : {&made.stays, &made.remarks}) {
    for (const std::string& line : *list) {
      complain(line);
    }
  }
  outcome.any_stays = outcome.any_stays || !made.stays.empty();
  outcome.moved.insert(outcome.moved.end(), made.moved.begin(), made.moved.end());
  if (given.diff) {
    print(edit::unified_diff(text, made.edits, file.path));
  } else if (!given.in_place) {
    print(edit::apply_edits(text, made.edits));
  } else if (!made.edits.empty()) {
    return rewrite_file(file.path, text, edit::apply_edits(text, made.edits), Backup::yes);
  }
  return {};
}

// To its file; else, where the manifest is on standard output already, to standard error.
Result<> give_rest(const Given& given, const std::string& rest) {
  if (!given.rest.empty()) {
    return linux::write_file(given.rest, rest, 0644);
  }
  if (rest.empty()) {
    return {};
  }
  if (given.in_place) {
    print(rest);
  } else {
    print_beside(rest);
  }
  return {};
}

Result<std::vector<check::InputFile>> inputs_of(const Given& given) {
  std::vector<check::InputFile> files;
  for (const std::string& path : given.paths) {
    PSYS_TRY_ASSIGN(std::vector<check::InputFile> found, check::files_of(path));
    files.insert(files.end(), found.begin(), found.end());
  }
  if (files.size() > 1 && !given.diff && !given.in_place) {
    return Error::of(Code::invalid_argument, "several files: give --in-place or --diff");
  }
  if (given.in_place && given.diff) {
    return Error::of(Code::invalid_argument, "--in-place and --diff exclude each other");
  }
  for (const check::InputFile& file : files) {
    if (given.in_place && file.path == check::kStandardInput) {
      return Error::of(Code::invalid_argument, "--in-place: standard input is no file");
    }
  }
  return files;
}

int run(const Given& given) {
  const auto options = options_of(given);
  if (!options) {
    return could_not_run(options.error());
  }
  const auto files = inputs_of(given);
  if (!files) {
    return could_not_run(files.error());
  }
  Outcome outcome;
  int code = kOk;
  for (const check::InputFile& file : *files) {
    if (const auto done = migrate_file(file, given, *options, outcome); !done) {
      code = could_not_run(done.error());
    }
  }
  const std::string rest =
      migrate::rest_text(outcome.moved, options->target, options->rules.kubernetes);
  if (const auto done = give_rest(given, rest); !done) {
    code = could_not_run(done.error());
  }
  return code != kOk ? code : (outcome.any_stays ? kFailed : kOk);
}

}  // namespace

void add_migrate(Command& app) {
  const auto given = std::make_shared<Given>();
  Command& verb =
      app.command("migrate", "Turn privileged sysctl containers and old annotations into settings");
  verb.details(
      "Prints the manifest of PATH (a file, or - for standard input) in which alpha annotations\n"
      "and containers that only write sysctls have become settings of their pods; everything else\n"
      "stays byte for byte. What the nodes have to set or to allow is printed besides. Exit code:\n"
      "0 done, 1 something had to stay (standard error says what, where and why), 2 unreadable.");
  verb.arguments("PATH", Need::required, given->paths).completed_with(Completes::files);
  verb.choice("to", {"field", "annotation", "profile"},
              "Where settings go: the pod's sysctls, an annotation, or a profile", given->target);
  verb.flag("diff", "Print what would change, and change nothing", given->diff);
  verb.flag("i,in-place", "Change the files; FILE.bak keeps each as it was", given->in_place);
  verb.option("rest", "FILE", "Write there what the nodes have to set or to allow", given->rest)
      .completed_with(Completes::files);
  verb.option("kubernetes-version", "1.X", "Names and safe list of this version; default: newest",
              given->kubernetes_version);
  verb.option("kernel-version", "RELEASE",
              "The nodes' kernel, as uname -r has it, or host; default: a new one",
              given->kernel_version);
  verb.action([given] { return run(*given); });
}

}  // namespace podsysctl::cli
