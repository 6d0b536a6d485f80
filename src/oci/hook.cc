// SPDX-License-Identifier: Apache-2.0
#include "oci/hook.h"

#include <utility>
#include <vector>

#include <fmt/core.h>

#include "base/strings.h"
#include "oci/container.h"
#include "oci/effect.h"
#include "oci/grants.h"
#include "oci/pod.h"
#include "oci/sharing.h"
#include "rules/file_reader.h"

namespace podsysctl::oci {
namespace {

using rules::OnForbidden;

constexpr std::string_view kNotApplied = "SysctlNotApplied";

// What the runtime writes itself is the only thing that comes after createRuntime.
bool has_nothing_to_do(const HookOptions& options, const State& state, const Spec& spec) {
  const bool started =
      options.stage ? *options.stage == Stage::poststart : state.status == "running";
  return started && spec.sysctls.empty();
}

Result<> settle(const HookOptions& options, const State& state, const Spec& spec, Notes& notes) {
  PSYS_TRY_ASSIGN(const auto host, linux::HostNamespaces::read());
  const Pod pod = pod_of(state.id, spec);
  PSYS_TRY_ASSIGN(const Sharing sharing, sharing_of(spec, pod.role, host));
  PSYS_TRY_ASSIGN(const Grants grants, granted(pod, spec, sharing, options.policy_folder, notes));
  if (grants.settings.empty()) {
    return {};
  }
  const auto written = put_into_effect(grants.settings, state.pid, host);
  if (written) {
    return {};
  }
  // A program that has ended needs nothing any more.
  if (state.status == "running" && written.error().code == Code::not_found) {
    notes.push_back(written.error().message);
    return {};
  }
  Error failure = Error(written.error()).within(kNotApplied);
  if (grants.on_forbidden != OnForbidden::reject) {
    notes.push_back(std::move(failure.message));
    return {};
  }
  return std::unexpected(std::move(failure));
}

Result<> act(const HookOptions& options, std::string_view input, Notes& notes) {
  PSYS_TRY_ASSIGN(const State state, read_state(input));
  const std::string path = state.bundle + "/config.json";
  PSYS_TRY_ASSIGN(const std::string text, read_config(path));
  PSYS_TRY_ASSIGN(const Spec spec, read_spec(text, path));
  if (has_nothing_to_do(options, state, spec)) {
    return {};
  }
  return with_context(settle(options, state, spec, notes), pod_of(state.id, spec).title);
}

constexpr std::string_view kUsage =
    "usage: podsysctl-hook [--policy-dir=DIR] [createRuntime|poststart], with the container's "
    "state "
    "on standard input";

}  // namespace

Result<HookOptions> parse_hook_options(std::span<const std::string> args) {
  constexpr std::string_view kFolder = "--policy-dir=";
  HookOptions options{std::nullopt, rules::kDefaultFolder};
  for (const std::string& word : args) {
    if (word.starts_with(kFolder) && word.size() > kFolder.size()) {
      options.policy_folder = word.substr(kFolder.size());
    } else if (word == "createRuntime") {
      options.stage = Stage::create_runtime;
    } else if (word == "poststart") {
      options.stage = Stage::poststart;
    } else {
      return Error::of(Code::invalid_argument, "{} is not taken here; {}", in_quotes(word), kUsage);
    }
  }
  return options;
}

HookAnswer run_hook(const HookOptions& options, std::string_view input) {
  Notes notes;
  const Result<> done = act(options, input, notes);
  HookAnswer answer;
  for (const std::string& note : notes) {
    answer.err += fmt::format("podsysctl-hook: {}\n", note);
  }
  if (!done) {
    answer.exit_code = 1;
    answer.err += fmt::format("podsysctl-hook: {}\n", done.error().message);
  }
  return answer;
}

}  // namespace podsysctl::oci
