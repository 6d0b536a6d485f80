// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include <fmt/core.h>

#include "base/strings.h"
#include "cli/context.h"
#include "cli/pod_verbs.h"
#include "node/containers.h"
#include "node/refresh.h"

namespace podsysctl::cli {
namespace {

using store::ContainerRecord;
using store::ContainerState;

constexpr int kOurFailure = 125;

Result<ContainerRecord> running_container(const node::Node& node, const store::FoundPod& found,
                                          const std::string& wanted) {
  PSYS_TRY_ASSIGN(const auto containers, node.store.containers(found.pod.uid));
  const auto match = std::ranges::find_if(containers, [&](const ContainerRecord& container) {
    if (!found.container_id.empty()) {
      return container.id == found.container_id;
    }
    return wanted.empty() ? container.kind == store::ContainerKind::regular
                          : container.name == wanted;
  });
  if (match == containers.end()) {
    return wanted.empty() ? Error::of(Code::not_found, "pod {} has no container that was started",
                                      found.pod.name)
                          : Error::of(Code::not_found,
                                      "pod {} has no container {}: podsysctl inspect {} lists them",
                                      found.pod.name, in_quotes(wanted), found.pod.name);
  }
  if (match->state != ContainerState::running) {
    return Error::of(Code::conflict, "container {} of pod {} is not running", match->name,
                     found.pod.name);
  }
  return *match;
}

Result<int> exec(const ExecFlags& flags, const std::string& root) {
  PSYS_TRY_ASSIGN(const auto context, Context::open(root));
  const node::Node& node = context->node();
  PSYS_TRY_ASSIGN(const store::FoundPod found, node.store.find_pod(flags.pod));
  PSYS_TRY(node::refresh_pod(node, found.pod.uid));
  PSYS_TRY_ASSIGN(const ContainerRecord container, running_container(node, found, flags.container));
  PSYS_TRY_ASSIGN(const node::EngineNode with_engine, node::with_engine_of(node, found.pod));
  const engine::SandboxState sandbox = node::sandbox_of(found.pod);
  const auto code = with_engine.engine.exec(
      node::ref_of(node, container, sandbox),
      {.command = flags.command,
       .env = flags.env,
       .working_dir = flags.working_dir,
       .user = flags.user,
       .tty = flags.tty,
       .streams = {flags.interactive || flags.tty ? linux::FdRef(STDIN_FILENO) : linux::FdRef(),
                   linux::FdRef(STDOUT_FILENO), linux::FdRef(STDERR_FILENO)}});
  if (code) {
    return *code;
  }
  fmt::print(stderr, "podsysctl: {}\n", code.error().error.message);
  return code.error().exit_code;
}

}  // namespace

int exec_in_pod(const ExecFlags& flags, const std::string& root) {
  const Result<int> code = exec(flags, root);
  if (!code) {
    fmt::print(stderr, "podsysctl: {}\n", code.error().message);
  }
  return code ? *code : kOurFailure;
}

}  // namespace podsysctl::cli
