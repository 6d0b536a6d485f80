// SPDX-License-Identifier: Apache-2.0
#include <sys/utsname.h>

#include <memory>

#include <nlohmann/json.hpp>

#include "cli/build_info.h"
#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "json/json.h"
#include "linux/spawn.h"
#include "policy/kubernetes_version.h"

namespace podsysctl::cli {
namespace {

struct Given {
  std::string output = "text";
  bool verbose = false;
};

struct Program {
  std::string name;
  std::string path;
  std::string version;  // the first line of --version; "" where it gave none
};

std::string first_line_of(const std::string& path) {
  constexpr std::chrono::seconds kPatience{5};
  const auto answer = linux::run({.program = path, .args = {"--version"}}, "", kPatience);
  return answer && answer->status == 0 ? answer->out.substr(0, answer->out.find('\n')) : "";
}

std::vector<Program> programs_found() {
  std::vector<Program> found;
  for (const char* const name : {"runc", "crun", "conmon", "skopeo"}) {
    if (const auto path = linux::find_program(name)) {
      found.push_back({name, *path, first_line_of(*path)});
    }
  }
  return found;
}

std::string kernel_release() {
  utsname kernel{};
  return ::uname(&kernel) == 0 ? kernel.release : "unknown";
}

std::string text_of(const std::vector<Program>& programs) {
  const BuildInfo build = build_info();
  std::string text = fmt::format(
      "podsysctl {} (commit {}, {})\nkernel {}\nKubernetes {} is the newest release known\n",
      build.version, build.commit, build.compiler, kernel_release(),
      policy::KubernetesVersion::newest().to_string());
  for (const Program& program : programs) {
    text += fmt::format(
        "{} {}\n", program.path,
        program.version.empty() ? "does not tell its version" : printable(program.version));
  }
  return text;
}

std::string json_of(const std::vector<Program>& programs, bool verbose) {
  const BuildInfo build = build_info();
  json::Value view = {{"version", std::string(build.version)},
                      {"commit", std::string(build.commit)},
                      {"compiler", std::string(build.compiler)},
                      {"kernel", kernel_release()},
                      {"kubernetes", policy::KubernetesVersion::newest().to_string()}};
  if (verbose) {
    view["programs"] = json::Value::array();
    for (const Program& program : programs) {
      view["programs"].push_back(
          {{"name", program.name}, {"path", program.path}, {"version", program.version}});
    }
  }
  return json::dump(view) + "\n";
}

}  // namespace

void add_version(Command& app) {
  const auto given = std::make_shared<Given>();
  Command& version = app.command("version", "Show the version of podsysctl, kernel and Kubernetes");
  version.flag("verbose", "Also the runtimes and tools found on this host", given->verbose);
  version.choice("o,output", {"text", "json"}, "Form of the output", given->output);
  version.action([given] {
    const auto programs = given->verbose ? programs_found() : std::vector<Program>();
    print(given->output == "json" ? json_of(programs, given->verbose) : text_of(programs));
    return kOk;
  });
}

}  // namespace podsysctl::cli
