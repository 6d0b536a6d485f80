// SPDX-License-Identifier: Apache-2.0
#include "node/launch_failure.h"

#include <optional>

#include "node/events.h"
#include "node/kernel_answers.h"
#include "node/put_sysctls.h"
#include "node/teardown.h"

namespace podsysctl::node {
namespace {

using pod::PodSpec;
using store::PodRecord;

LaunchFailure failure_of(std::vector<policy::Verdict> offenders) {
  const policy::Verdict first = offenders.front();
  return {.reason = first.reason(), .message = first.message(), .offenders = std::move(offenders)};
}

// The runtime may have been refused a setting that it was handed: told in the words of the engines
// that write it themselves, beside the runtime's own.
std::optional<LaunchFailure> refused_by_runtime(const EngineNode& node,
                                                const std::vector<sysctl::Setting>& settings,
                                                const Error& error) {
  if (!node.engine.hands_over_settings()) {
    return std::nullopt;
  }
  std::vector<policy::Verdict> offenders = explain_refused_write(node, settings, error);
  if (offenders.empty()) {
    return std::nullopt;
  }
  node.reporter.warn(error.message);
  return failure_of(std::move(offenders));
}

}  // namespace

LaunchFailure failure_of(std::string_view reason, const Error& error) {
  return {.reason = std::string(reason), .message = error.message};
}

LaunchFailure sysctls_failed(const Node& node, const std::vector<sysctl::Setting>& settings,
                             const Error& error) {
  std::vector<policy::Verdict> offenders = explain_refused_write(node, settings, error);
  if (offenders.empty()) {
    return failure_of(kSysctlFailed, error);
  }
  if (error.code == Code::partial_apply) {
    node.reporter.warn(error.message);
  }
  return failure_of(std::move(offenders));
}

LaunchFailure sandbox_failed(const EngineNode& node, const std::vector<sysctl::Setting>& settings,
                             const Error& error) {
  auto explained = refused_by_runtime(node, settings, error);
  return explained ? *std::move(explained) : failure_of("FailedCreatePodSandBox", error);
}

LaunchFailure start_failed(const EngineNode& node, const PodRecord& pod, const PodSpec& spec,
                           const engine::StartFailure& failure) {
  if (node.engine.begins_with_container(sandbox_of(pod))) {
    if (auto explained = refused_by_runtime(node, spec.sysctls, failure.error)) {
      return *std::move(explained);
    }
  }
  LaunchFailure plain = failure_of("Failed", failure.error);
  plain.exit_code = failure.exit_code;
  return plain;
}

LaunchFailure refuse(const Node& node, const PodRecord& pod, const PodSpec& spec,
                     policy::Rejection rejection) {
  LaunchFailure failure{.reason = rejection.reason,
                        .message = rejection.message,
                        .offenders = std::move(rejection.offenders),
                        .uid = pod.uid};
  std::vector<Result<>> notes;
  notes.push_back(put_refused(node, pod, spec.sysctls));
  notes.push_back(warn(node, pod, rejection.reason, rejection.message));
  notes.push_back(stop_pod(node, pod.uid,
                           Ending{.reason = rejection.reason, .message = rejection.status_message},
                           std::chrono::milliseconds(0)));
  for (const Result<>& noted : notes) {
    if (!noted) {
      node.reporter.warn(noted.error().message);
    }
  }
  return failure;
}

LaunchFailure give_up(const Node& node, const PodRecord& pod, LaunchFailure failure) {
  failure.uid = pod.uid;
  for (const Result<>& noted :
       {warn(node, pod, failure.reason, failure.message),
        stop_pod(node, pod.uid, Ending{.reason = failure.reason, .message = failure.message},
                 std::chrono::milliseconds(0))}) {
    if (!noted) {
      failure.message += "; " + noted.error().message;
    }
  }
  return failure;
}

}  // namespace podsysctl::node
