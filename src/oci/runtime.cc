// SPDX-License-Identifier: Apache-2.0
#include "oci/runtime.h"

#include <utility>

#include "linux/spawn.h"
#include "oci/create.h"
#include "oci/runtime_log.h"

namespace podsysctl::oci {
namespace {

// Returns where it failed.
Result<int> hand_over(const CommandLine& line, const RuntimeChoice& choice) {
  PSYS_TRY(linux::become(choice.program, line.words));
  return 0;
}

Result<int> act(const CommandLine& line, const Lookup& variable, Notes& notes) {
  PSYS_TRY_ASSIGN(const RuntimeChoice choice, choose_runtime(line, variable));
  if (line.id.empty()) {
    return hand_over(line, choice);
  }
  PSYS_TRY_ASSIGN(const auto plan, plan_container(line, choice.policy_folder, notes));
  if (!plan) {
    return hand_over(line, choice);
  }
  if (line.verb() == "run") {
    return Error::of(Code::unsupported,
                     "{}: `run` cannot be halted before the program starts, so its sysctls could "
                     "not be there in time: use `create` and `start`",
                     plan->pod.title);
  }
  return with_context(create_container(line, choice.program, *plan, notes), plan->pod.title);
}

// To the log where there is one, else to standard error, which is the container's own.
void tell(const CommandLine& line, Severity severity, const std::string& message,
          const Clock& clock, RuntimeAnswer& answer) {
  const auto logged =
      append_to_log(line.log, log_line(line.log_format, severity, message, clock.now()));
  if (!logged) {
    answer.err += fmt::format("podsysctl-runtime: {}\n", logged.error().message);
  }
  if (severity == Severity::error || !logged || !*logged) {
    answer.err += fmt::format("podsysctl-runtime: {}\n", message);
  }
}

}  // namespace

RuntimeAnswer run_runtime(std::span<const std::string> args, const Lookup& variable,
                          const Clock& clock) {
  RuntimeAnswer answer;
  const Result<CommandLine> line = parse_command_line(args);
  if (!line) {
    return {1, fmt::format("podsysctl-runtime: {}\n", line.error().message)};
  }
  Notes notes;
  const Result<int> done = act(*line, variable, notes);
  for (const std::string& note : notes) {
    tell(*line, Severity::warning, note, clock, answer);
  }
  answer.exit_code = done.value_or(1);
  if (!done) {
    tell(*line, Severity::error, done.error().message, clock, answer);
  }
  return answer;
}

}  // namespace podsysctl::oci
