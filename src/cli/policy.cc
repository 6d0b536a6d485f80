// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "check/context_builder.h"
#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/policy_report.h"
#include "cli/verbs.h"
#include "linux/fd.h"
#include "linux/file.h"
#include "pod/manifest.h"
#include "pod/workload.h"
#include "rules/file_reader.h"
#include "rules/workload_facts.h"

namespace podsysctl::cli {
namespace {

struct Given {
  std::vector<std::string> paths;
  std::string folder = rules::kDefaultFolder;
  std::string pod;
  std::string name_space = "default";
  std::vector<std::string> namespace_labels;
  check::ContextOptions context;
  std::string output = "text";

  [[nodiscard]] bool as_json() const { return output == "json"; }
};

// The default folder may be missing: then nothing is allowed beyond the safe list. What a person
// names has to be there.
Result<rules::PolicySet> read_named(const std::string& path) {
  const bool none = path == rules::kDefaultFolder && ::access(path.c_str(), F_OK) != 0;
  return none ? Result<rules::PolicySet>(rules::PolicySet{}) : rules::read_set(path);
}

int check_files(const Given& given) {
  int code = kOk;
  for (const std::string& path : given.paths) {
    if (const auto set = read_named(path)) {
      print_beside(fmt::format("{}: {} policies, {} profiles\n", path, set->policies.size(),
                               set->profiles.size()));
    } else {
      code = report(set.error());
    }
  }
  return code;
}

int show(const Given& given) {
  const auto set = read_named(given.folder);
  if (!set) {
    return report(set.error());
  }
  print(given.as_json() ? set_json(*set) : set_text(*set));
  return kOk;
}

Result<std::string> read_manifest(const std::string& path) {
  return path == "-"
             ? linux::read_all(linux::FdRef(STDIN_FILENO), "<stdin>", pod::kMaxManifestBytes)
             : linux::read_file(path, pod::kMaxManifestBytes);
}

Result<std::optional<rules::Labels>> namespace_labels(const Given& given) {
  if (given.namespace_labels.empty()) {
    return std::nullopt;
  }
  rules::Labels labels;
  for (const std::string& pair : given.namespace_labels) {
    const std::size_t equals = pair.find('=');
    if (equals == std::string::npos) {
      return Error::of(Code::invalid_argument, "--namespace-label {}: write KEY=VALUE",
                       in_quotes(pair));
    }
    labels.insert_or_assign(pair.substr(0, equals), pair.substr(equals + 1));
  }
  return labels;
}

Result<std::vector<PolicyTrial>> try_pods(const Given& given, const rules::PolicySet& set,
                                          const check::Context& context) {
  PSYS_TRY_ASSIGN(const auto labels, namespace_labels(given));
  PSYS_TRY_ASSIGN(const std::string text, read_manifest(given.pod));
  std::vector<sysctl::Setting> defaults;
  yaml::DocumentReader reader(text, given.pod == "-" ? "<stdin>" : given.pod);
  std::vector<PolicyTrial> trials;
  for (;;) {
    PSYS_TRY_ASSIGN(const auto document, reader.next());
    if (!document) {
      break;
    }
    for (const pod::Workload& workload : pod::find_workloads(*document)) {
      PSYS_TRY_ASSIGN(rules::PodFacts pod, rules::facts_of(workload, given.name_space));
      pod.namespace_labels = labels;
      if (context.default_sysctls) {
        defaults = context.default_sysctls->for_pod(pod.host, pod.user, {});
      }
      const rules::NodeFacts node{context.allowlist, context.kernel.upstream, defaults};
      rules::Decision decision = rules::decide(pod, set, node);
      trials.push_back({std::string(workload.kind), std::move(pod), std::move(decision)});
    }
  }
  if (trials.empty()) {
    return Error::of(Code::not_found, "{}: holds no pod and no pod template", given.pod);
  }
  return trials;
}

int test(const Given& given) {
  if (given.pod.empty()) {
    complain("missing flag: --pod FILE\nhint: podsysctl policy test --help");
    return kUsage;
  }
  const auto set = read_named(given.folder);
  if (!set) {
    return report(set.error());
  }
  const auto prepared = check::prepare_context(given.context);
  if (!prepared) {
    return report(prepared.error());
  }
  const auto trials = try_pods(given, *set, prepared->context);
  if (!trials) {
    return report(trials.error());
  }
  int code = kOk;
  const auto colours = colours_wanted() ? Table::Colours::on : Table::Colours::off;
  for (const PolicyTrial& trial : *trials) {
    code = end_of(trial) == TrialEnd::starts ? code : kFailed;
    if (!given.as_json()) {
      print(trial_text(trial, *set, colours));
    }
  }
  if (given.as_json()) {
    print(trials_json(*trials, *set));
  }
  return code;
}

void add_folder_flag(Command& command, const std::shared_ptr<Given>& given) {
  command
      .option("policy-dir", "PATH", "The policy files; default: /etc/podsysctl/policy.d",
              given->folder)
      .completed_with(Completes::folders);
}

void add_test(Command& policy, const std::shared_ptr<Given>& given) {
  Command& command = policy.command("test", "Say what the pods of a manifest would get, and why");
  command.details(
      "Offline: no cluster, no root. Exit code: 0 every pod starts with all that it asks for,\n"
      "1 one would not, or something could not be read. docs/policy.md explains the rules.");
  command.option("pod", "FILE", "A manifest with pods or pod templates, or -", given->pod)
      .completed_with(Completes::files);
  add_folder_flag(command, given);
  command.option("n,namespace", "NAME", "Of pods whose manifest names none; default: default",
                 given->name_space);
  command.option("namespace-label", "KEY=VALUE", "A label of the pods' namespace",
                 given->namespace_labels);
  command.option("kubernetes-version", "1.X", "The safe list of this version; default: newest",
                 given->context.kubernetes_version);
  command.option("kernel-version", "RELEASE",
                 "The node's kernel, as uname -r has it, or host; default: new",
                 given->context.kernel_version);
  command
      .option("kubelet-config", "FILE",
              "The node's KubeletConfiguration: its allowlist and defaults",
              given->context.kubelet_config)
      .completed_with(Completes::files);
  command.choice("o,output", {"text", "json"}, "Form of the output", given->output);
  command.action([given] { return test(*given); });
}

}  // namespace

void add_policy(Command& app) {
  const auto given = std::make_shared<Given>();
  Command& policy = app.command("policy", "What admins allow pods to set: check, show, test");
  Command& check = policy.command("check", "Read policy files and tell what is wrong with them");
  check.details(
      "PATH is a file or a folder of SysctlPolicy and SysctlProfile objects. Exit code: 0 all\n"
      "can be taken, 1 one is refused.");
  check.arguments("PATH", Need::required, given->paths).completed_with(Completes::files);
  check.action([given] { return check_files(*given); });
  Command& shown = policy.command("show", "List policies and profiles");
  add_folder_flag(shown, given);
  shown.choice("o,output", {"text", "json"}, "Form of the output", given->output);
  shown.action([given] { return show(*given); });
  add_test(policy, given);
}

}  // namespace podsysctl::cli
