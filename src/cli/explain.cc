// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "base/strings.h"
#include "cli/exit_codes.h"
#include "cli/explain_page.h"
#include "cli/output.h"
#include "cli/verbs.h"

namespace podsysctl::cli {
namespace {

struct Given {
  std::string name;  // a key; with --profile, a profile
  std::string target;
  std::string output = "text";
  std::string root;
  bool profile = false;

  [[nodiscard]] bool as_json() const { return output == "json"; }
};

Table::Colours colours() { return colours_wanted() ? Table::Colours::on : Table::Colours::off; }

Result<std::string> explain(const Given& given) {
  constexpr std::string_view kFolder = "/proc/sys/";
  std::string_view name = given.name;
  name.remove_prefix(name.starts_with(kFolder) ? kFolder.size() : 0);
  PSYS_TRY_ASSIGN(const sysctl::SysctlKey key, sysctl::SysctlKey::parse(name));
  PSYS_TRY_ASSIGN(const KernelFacts kernel, this_kernel(given.root, sysctl::ProbeMode::passive));
  PSYS_TRY_ASSIGN(Explanation page, explain_key(kernel, key));
  if (!given.target.empty()) {
    PSYS_TRY_ASSIGN(page.target, value_at(given.target, key, given.root));
  }
  return given.as_json() ? explain_json(page) : explain_text(page, colours());
}

std::string profile_list(const Given& given) {
  return given.as_json() ? profile_list_json(sysctl::profiles())
                         : profile_list_text(sysctl::profiles());
}

int show_profile(const Given& given) {
  if (given.name.empty()) {
    print(profile_list(given));
    return kOk;
  }
  const sysctl::Profile* const profile = sysctl::find_profile(given.name);
  if (profile == nullptr) {
    complain(fmt::format("there is no profile {}; the profiles are:\n{}", in_quotes(given.name),
                         profile_list_text(sysctl::profiles())));
    return kFailed;
  }
  print(given.as_json() ? profile_json(*profile) : profile_text(*profile, colours()));
  return kOk;
}

int run(const Given& given) {
  if (given.profile) {
    if (!given.target.empty()) {
      complain("--profile takes one name and no TARGET\nhint: podsysctl explain --help");
      return kUsage;
    }
    return show_profile(given);
  }
  if (given.name.empty()) {
    complain("missing argument: KEY\nhint: podsysctl explain --help");
    return kUsage;
  }
  const Result<std::string> page = explain(given);
  if (!page) {
    return report(page.error());
  }
  print(*page);
  return kOk;
}

// --profile alone lists them; the name may stand behind a blank or '='.
void add_profile_flag(Command& command, const std::shared_ptr<Given>& given) {
  Flag& flag = command.flag("profile", "Explain a profile instead; without NAME, list them all",
                            given->profile);
  flag.set = [raw = given.get()](std::string_view text) -> Result<> {
    raw->profile = true;
    if (text != "true") {
      raw->name = text;
    }
    return {};
  };
}

}  // namespace

void add_explain(Command& app) {
  const auto given = std::make_shared<Given>();
  Command& command = app.command(
      "explain", "Say what a kernel parameter does, who may set it and how, and what to heed");
  command.usage(
      {"podsysctl explain [flags] KEY [TARGET]", "podsysctl explain [flags] --profile [NAME]"});
  command.details(
      "KEY may be spelt with dots or slashes, or as its file. TARGET is a pod or container, "
      "pid:N,\n"
      "netns:PATH, docker:ID or cri:ID, whose value is shown too; that takes root. All else needs\n"
      "neither root nor a network: without root the catalogue says what a pod can do, not a probe "
      "of\n"
      "this kernel.");
  command.argument("KEY", Need::optional, given->name).completed_with(Completes::sysctls);
  command.argument("TARGET", Need::optional, given->target).completed_with(Completes::targets);
  add_profile_flag(command, given);
  command.choice("o,output", {"text", "json"}, "Form of the output", given->output);
  add_root_flag(command, given->root);
  command.action([given] { return run(*given); });
}

}  // namespace podsysctl::cli
