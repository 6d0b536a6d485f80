// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "api/inspect_json.h"
#include "base/strings.h"
#include "cli/exit_codes.h"
#include "cli/look.h"
#include "cli/output.h"
#include "cli/verbs.h"

namespace podsysctl::cli {
namespace {

struct Given {
  std::string name;
  std::string output;
  std::string root;
};

Result<std::string> inspect(const Given& given) {
  PSYS_TRY_ASSIGN(std::optional<store::Store> store, open_to_look(given.root));
  if (!store) {
    return Error::of(Code::not_found, "no pod or container {}: there is no state in {}",
                     quoted(given.name), given.root);
  }
  PSYS_TRY_ASSIGN(const store::FoundPod found, store->find_pod(given.name));
  PSYS_TRY_ASSIGN(const auto settings, store->settings(found.pod.uid));
  PSYS_TRY_ASSIGN(const auto containers, store->containers(found.pod.uid));
  return api::inspect_json(found.pod, settings, containers);
}

}  // namespace

void add_inspect(Command& app) {
  const auto given = std::make_shared<Given>();
  Command& command =
      app.command("inspect", "Show a pod, its sandbox, kernel parameters and containers as JSON");
  command.argument("NAME", Need::required, given->name).completed_with(Completes::pods);
  command.choice("o,output", {"json"}, "Form of the output", given->output);
  add_root_flag(command, given->root);
  command.action([given] {
    const Result<std::string> text = inspect(*given);
    if (!text) {
      return report(text.error());
    }
    print(*text);
    return kOk;
  });
}

}  // namespace podsysctl::cli
