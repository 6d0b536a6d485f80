// SPDX-License-Identifier: Apache-2.0
#include "agent/nri_door.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/printable.h"
#include "linux/stream_socket.h"
#include "nri/session.h"

namespace podsysctl::agent {
namespace {

using linux::NamespaceKind;
using std::chrono::milliseconds;

constexpr milliseconds kConnectLimit{1000};
constexpr milliseconds kFirstPause{100};
constexpr milliseconds kLongestPause{5000};

std::optional<NamespaceKind> kind_of(std::string_view oci_type) {
  static constexpr std::array<std::pair<std::string_view, NamespaceKind>, 4> kKinds{
      {{"network", NamespaceKind::net},
       {"ipc", NamespaceKind::ipc},
       {"uts", NamespaceKind::uts},
       {"user", NamespaceKind::user}}};
  for (const auto& [name, kind] : kKinds) {
    if (name == oci_type) {
      return kind;
    }
  }
  return std::nullopt;
}

}  // namespace

Result<> NriDoor::run(const std::string& socket, const nri::Identity& identity, linux::FdRef stop) {
  PSYS_TRY(nri::check(identity));
  milliseconds pause = kFirstPause;
  for (;;) {
    const std::uint64_t before = state().connections;
    Result<nri::Connection> connection = nri::connect(socket, identity, kConnectLimit);
    const Result<nri::SessionEnd> end =
        connection ? serve(*connection, stop) : std::unexpected(connection.error());
    if (end && *end == nri::SessionEnd::stopped) {
      return {};
    }
    lost(end ? "the runtime ended the connection" : end.error().message);
    // A runtime that was there is likely to be back soon.
    pause = state().connections > before ? kFirstPause : std::min(pause * 2, kLongestPause);
    PSYS_TRY_ASSIGN(const bool stopped,
                    linux::wait_until_ready(stop, linux::Readiness::reading, pause));
    if (stopped) {
      return {};
    }
  }
}

Result<> NriDoor::run(const nri::Connection& handed_over, linux::FdRef stop) {
  PSYS_TRY_ASSIGN(const nri::SessionEnd end, serve(handed_over, stop));
  if (end != nri::SessionEnd::stopped) {
    lost("the runtime ended the connection");
  }
  return {};
}

Result<nri::SessionEnd> NriDoor::serve(const nri::Connection& connection, linux::FdRef stop) {
  return nri::serve(connection.socket.ref(), connection.identity, *this, stop);
}

void NriDoor::lost(const std::string& why) {
  {
    const std::scoped_lock lock(mutex_);
    // Said once, however often it is tried again.
    if (!state_.connected && state_.last_error == why) {
      return;
    }
    state_.connected = false;
    state_.last_error = why;
  }
  log_.say(LogLevel::warning, fmt::format("NRI: {}; trying again", why));
}

NriDoor::State NriDoor::state() const {
  const std::scoped_lock lock(mutex_);
  return state_;
}

Result<> NriDoor::configure(const nri::Configuration& configuration) {
  const std::string runtime =
      printable(fmt::format("{} {}", configuration.runtime_name, configuration.runtime_version));
  {
    const std::scoped_lock lock(mutex_);
    state_ = {.connected = true, .runtime = runtime, .connections = state_.connections + 1};
  }
  log_.say(LogLevel::info, fmt::format("NRI: registered with {}", runtime));
  return {};
}

Result<> NriDoor::synchronize(std::vector<nri::PodSandbox> pods) {
  std::vector<std::string> ids;
  ids.reserve(pods.size());
  for (const nri::PodSandbox& pod : pods) {
    keeper_.review(sandbox_of(pod));
    ids.push_back(pod.id);
  }
  keeper_.keep_only(ids);
  return {};
}

Result<> NriDoor::run_pod_sandbox(const nri::PodSandbox& pod) {
  return keeper_.start(sandbox_of(pod));
}

// The record stays until the runtime forgets the sandbox, too.
Result<> NriDoor::stop_pod_sandbox(const nri::PodSandbox& /*pod*/) { return {}; }

Result<> NriDoor::remove_pod_sandbox(const nri::PodSandbox& pod) {
  keeper_.gone(pod.id);
  return {};
}

void NriDoor::answered_late(std::string_view method, std::chrono::nanoseconds took) {
  const std::string what =
      fmt::format("{} took {} ms", method, std::chrono::ceil<milliseconds>(took).count());
  keeper_.answered_late(what);
  log_.say(LogLevel::error, fmt::format("NRI: {}: the runtime did not wait for the answer", what));
}

Sandbox NriDoor::sandbox_of(const nri::PodSandbox& pod) const {
  Sandbox sandbox{.id = pod.id,
                  .uid = pod.uid,
                  .name = pod.name,
                  .namespace_ = pod.namespace_,
                  .labels = pod.labels,
                  .annotations = pod.annotations,
                  .runtime = state().runtime,
                  .handler = pod.runtime_handler,
                  .pid = pod.pid};
  for (const nri::PodNamespace& ns : pod.namespaces) {
    if (const auto kind = kind_of(ns.type); kind && !ns.path.empty()) {
      sandbox.places.push_back({*kind, ns.path});
    }
  }
  return sandbox;
}

}  // namespace podsysctl::agent
