// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/sources.h"
#include "cli/verbs.h"

namespace podsysctl::cli {
namespace {

struct Given {
  std::string name;
  std::string output;
  SourceFlags source;
};

Result<std::string> inspect(const Given& given) {
  PSYS_TRY_ASSIGN(const auto source, RecordSource::open(given.source));
  PSYS_TRY_ASSIGN(const api::InspectedPod found, source->records().pod(given.name));
  return api::inspect_json(found.pod, found.settings, found.containers);
}

}  // namespace

void add_inspect(Command& app) {
  const auto given = std::make_shared<Given>();
  Command& command =
      app.command("inspect", "Show a pod, its sandbox, kernel parameters and containers as JSON");
  command.argument("NAME", Need::required, given->name).completed_with(Completes::pods);
  command.choice("o,output", {"json"}, "Form of the output", given->output);
  add_source_flags(command, given->source);
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
