// SPDX-License-Identifier: Apache-2.0
#include "agent/nri_door.h"

#include <utility>

#include "agent/oci_kinds.h"
#include "base/printable.h"
#include "nri/session.h"

namespace podsysctl::agent {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kConnectLimit{1000};

}  // namespace

Result<> NriDoor::run(linux::FdRef stop) {
  PSYS_TRY_ASSIGN(way_in_, keeper_.writer().for_this_thread());
  if (way_.handed_over) {
    PSYS_TRY_ASSIGN(const Parting parting, serve(*way_.handed_over, stop));
    if (parting == Parting::ended) {
      presence_.say(LogLevel::info, "the runtime that started the agent has ended");
    }
    return {};
  }
  PSYS_TRY(nri::check(way_.identity));
  return keep_trying(presence_, stop, [&]() -> Result<Parting> {
    PSYS_TRY_ASSIGN(const nri::Connection connection,
                    nri::connect(way_.socket, way_.identity, kConnectLimit));
    return serve(connection, stop);
  });
}

Result<Parting> NriDoor::serve(const nri::Connection& connection, linux::FdRef stop) {
  PSYS_TRY_ASSIGN(const nri::SessionEnd end,
                  nri::serve(connection.socket.ref(), connection.identity, *this, stop));
  return end == nri::SessionEnd::stopped ? Parting::stopped : Parting::ended;
}

Result<> NriDoor::configure(const nri::Configuration& configuration) {
  presence_.came(
      printable(fmt::format("{} {}", configuration.runtime_name, configuration.runtime_version)));
  return {};
}

Result<> NriDoor::synchronize(std::vector<nri::PodSandbox> pods) {
  std::vector<std::string> ids;
  ids.reserve(pods.size());
  for (const nri::PodSandbox& pod : pods) {
    keeper_.found(sandbox_of(pod));
    ids.push_back(pod.id);
  }
  keeper_.keep_only(source(), ids);
  return {};
}

Result<> NriDoor::run_pod_sandbox(const nri::PodSandbox& pod) {
  return keeper_.start(sandbox_of(pod), *way_in_);
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
  presence_.say(LogLevel::error, what + ": the runtime did not wait for the answer");
}

Source NriDoor::source() const { return {.door = way_.socket, .runtime = state().runtime}; }

Sandbox NriDoor::sandbox_of(const nri::PodSandbox& pod) const {
  Sandbox sandbox{.id = pod.id,
                  .uid = pod.uid,
                  .name = pod.name,
                  .namespace_ = pod.namespace_,
                  .labels = pod.labels,
                  .annotations = pod.annotations,
                  .source = source(),
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
