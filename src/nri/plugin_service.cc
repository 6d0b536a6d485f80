// SPDX-License-Identifier: Apache-2.0
#include "nri/plugin_service.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "base/strings.h"

namespace podsysctl::nri {
namespace {

constexpr std::string_view kService = "nri.pkg.api.v1alpha1.Plugin";

// What most methods answer.
Result<std::string> nothing_after(Result<> done) {
  PSYS_TRY(std::move(done));
  return std::string{};
}

}  // namespace

struct PluginService::Row {
  std::string_view name;
  Method method;
};

const PluginService::Row* PluginService::find(const Request& request) {
  static constexpr std::array kRows{
      Row{"Configure", Method::configure},
      Row{"Synchronize", Method::synchronize},
      Row{"RunPodSandbox", Method::run_pod_sandbox},
      Row{"StopPodSandbox", Method::stop_pod_sandbox},
      Row{"RemovePodSandbox", Method::remove_pod_sandbox},
      Row{"StateChange", Method::state_change},
      Row{"Shutdown", Method::shutdown},
      Row{"UpdatePodSandbox", Method::of_no_use},
      Row{"PostUpdatePodSandbox", Method::of_no_use},
      Row{"CreateContainer", Method::of_no_use},
      Row{"PostCreateContainer", Method::of_no_use},
      Row{"StartContainer", Method::of_no_use},
      Row{"PostStartContainer", Method::of_no_use},
      Row{"UpdateContainer", Method::of_no_use},
      Row{"PostUpdateContainer", Method::of_no_use},
      Row{"StopContainer", Method::of_no_use},
      Row{"RemoveContainer", Method::of_no_use},
      Row{"ValidateContainerAdjustment", Method::of_no_use},
  };
  if (request.service != kService) {
    return nullptr;
  }
  for (const Row& row : kRows) {
    if (row.name == request.method) {
      return &row;
    }
  }
  return nullptr;
}

Response PluginService::answer(const Request& request) {
  const Row* const row = find(request);
  if (row == nullptr) {
    return {.status = {StatusCode::unimplemented,
                       fmt::format("service {} has no method {} here", in_quotes(request.service),
                                   in_quotes(request.method))}};
  }
  const auto start = std::chrono::steady_clock::now();
  Result<std::string> payload = call(row->method, request.payload);
  const auto took = std::chrono::steady_clock::now() - start;
  if (request.timeout && took > *request.timeout) {
    plugin_.answered_late(row->name, took);
  }
  if (!payload) {
    return {.status = status_of(payload.error())};
  }
  return {.payload = *std::move(payload)};
}

Result<std::string> PluginService::call(Method method, std::string_view payload) {
  switch (method) {
    case Method::configure:
      return configure(payload);
    case Method::synchronize:
      return synchronize(payload);
    case Method::run_pod_sandbox:
      return nothing_after(about_pod(PodEvent::run, payload));
    case Method::stop_pod_sandbox:
      return nothing_after(about_pod(PodEvent::stop, payload));
    case Method::remove_pod_sandbox:
      return nothing_after(about_pod(PodEvent::remove, payload));
    case Method::state_change:
      return nothing_after(state_change(payload));
    case Method::shutdown:
      shut_down_ = true;
      break;
    case Method::of_no_use:
      break;
  }
  return std::string{};
}

Result<std::string> PluginService::configure(std::string_view payload) {
  PSYS_TRY_ASSIGN(const Configuration configuration, decode_configuration(payload));
  PSYS_TRY(plugin_.configure(configuration));
  return encode_subscription(kPodEvents);
}

Result<std::string> PluginService::synchronize(std::string_view payload) {
  PSYS_TRY_ASSIGN(Synchronization list, decode_synchronization(payload));
  if (pods_.size() + list.pods.size() > kMaxPods) {
    pods_.clear();
    return Error::of(Code::invalid_argument, "a list of more than {} pods is not taken", kMaxPods);
  }
  std::ranges::move(list.pods, std::back_inserter(pods_));
  if (!list.more) {
    PSYS_TRY(plugin_.synchronize(std::exchange(pods_, {})));
  }
  return encode_synchronized(list.more);
}

Result<> PluginService::about_pod(PodEvent event, std::string_view payload) {
  PSYS_TRY_ASSIGN(const PodSandbox pod, decode_pod_request(payload));
  return tell(event, pod);
}

Result<> PluginService::state_change(std::string_view payload) {
  PSYS_TRY_ASSIGN(const StateChange change, decode_state_change(payload));
  return tell(PodEvent{change.event}, change.pod);
}

Result<> PluginService::tell(PodEvent event, const PodSandbox& pod) {
  switch (event) {
    case PodEvent::run:
      return plugin_.run_pod_sandbox(pod);
    case PodEvent::stop:
      return plugin_.stop_pod_sandbox(pod);
    case PodEvent::remove:
      return plugin_.remove_pod_sandbox(pod);
  }
  return {};  // of a container, or of a later version
}

}  // namespace podsysctl::nri
