// SPDX-License-Identifier: Apache-2.0
#include "cli/cri_finder.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/printable.h"
#include "base/strings.h"
#include "cli/runtime_process.h"
#include "cri/process_info.h"
#include "engine/cri/endpoint.h"

namespace podsysctl::cli {
namespace {

constexpr std::size_t kShortId = 12;
constexpr const char* kPodName = "io.kubernetes.pod.name";
constexpr const char* kPodNamespace = "io.kubernetes.pod.namespace";
constexpr const char* kContainerName = "io.kubernetes.container.name";

std::string label(const cri::StringMap& labels, const char* name) {
  const auto found = labels.find(name);
  return found == labels.end() ? "" : printable(found->second);
}

std::string pod_text(const cri::StringMap& labels) {
  return fmt::format("{}/{}", label(labels, kPodNamespace), label(labels, kPodName));
}

CriMatch match_of(const cri::Sandbox& sandbox) {
  return {sandbox.id, "",
          fmt::format("pod {} ({})", pod_text(sandbox.labels), sandbox.id.substr(0, kShortId))};
}

CriMatch match_of(const cri::Container& container) {
  return {container.sandbox_id, container.id,
          fmt::format("container {} of pod {} ({})", label(container.labels, kContainerName),
                      pod_text(container.labels), container.id.substr(0, kShortId))};
}

using Matches = std::vector<CriMatch>;

Matches by_id(std::string_view start, const std::vector<cri::Sandbox>& sandboxes,
              const std::vector<cri::Container>& containers) {
  Matches matches;
  for (const cri::Sandbox& sandbox : sandboxes) {
    if (sandbox.state == cri::SandboxState::ready && sandbox.id.starts_with(start)) {
      matches.push_back(match_of(sandbox));
    }
  }
  for (const cri::Container& container : containers) {
    if (container.state == cri::ContainerState::running && container.id.starts_with(start)) {
      matches.push_back(match_of(container));
    }
  }
  return matches;
}

Matches by_pod_name(std::string_view name, const std::vector<cri::Sandbox>& sandboxes) {
  Matches matches;
  for (const cri::Sandbox& sandbox : sandboxes) {
    const bool same = label(sandbox.labels, kPodName) == name || pod_text(sandbox.labels) == name;
    if (sandbox.state == cri::SandboxState::ready && same) {
      matches.push_back(match_of(sandbox));
    }
  }
  return matches;
}

Matches by_container_name(std::string_view name, const std::vector<cri::Container>& containers) {
  Matches matches;
  for (const cri::Container& container : containers) {
    if (container.state == cri::ContainerState::running &&
        label(container.labels, kContainerName) == name) {
      matches.push_back(match_of(container));
    }
  }
  return matches;
}

// Several of one pod share its namespaces.
Result<CriMatch> only_one(const Matches& matches, std::string_view reference) {
  std::set<std::string> sandboxes;
  std::vector<std::string> texts;
  for (const CriMatch& match : matches) {
    sandboxes.insert(match.sandbox_id);
    texts.push_back(match.description);
  }
  constexpr std::size_t kListed = 10;
  if (sandboxes.size() > 1) {
    texts.resize(std::min(texts.size(), kListed));
    return Error::of(Code::conflict, "{} is ambiguous: {}; give more of an id",
                     in_quotes(reference), join(texts, ", "));
  }
  return matches.front();
}

}  // namespace

Result<CriMatch> match_reference(std::string_view reference,
                                 const std::vector<cri::Sandbox>& sandboxes,
                                 const std::vector<cri::Container>& containers) {
  for (const Matches& matches :
       {by_id(reference, sandboxes, containers), by_pod_name(reference, sandboxes),
        by_container_name(reference, containers)}) {
    if (!matches.empty()) {
      return only_one(matches, reference);
    }
  }
  return Error::of(Code::not_found,
                   "the container runtime runs no pod and no container {}: crictl pods and crictl "
                   "ps list them",
                   in_quotes(reference));
}

Result<live::RuntimeProcess> CriFinder::find(std::string_view reference) {
  if (!client_) {
    PSYS_TRY_ASSIGN(const std::string endpoint, engine::find_endpoint("", engine::usual_sockets()));
    PSYS_TRY_ASSIGN(std::string socket, engine::socket_of_endpoint(endpoint));
    client_.emplace(std::move(socket));
  }
  PSYS_TRY_ASSIGN(const auto sandboxes, client_->sandboxes({}));
  PSYS_TRY_ASSIGN(const auto containers, client_->containers({}));
  PSYS_TRY_ASSIGN(CriMatch match, match_reference(reference, sandboxes, containers));
  PSYS_TRY_ASSIGN(const cri::SandboxStatus sandbox,
                  client_->sandbox_status(match.sandbox_id, cri::Detail::verbose));
  PSYS_TRY_ASSIGN(const cri::ProcessInfo process, cri::read_process_info(sandbox.info));
  if (process.pid > 0) {
    return proven_process(process.pid, match.sandbox_id, std::move(match.description));
  }
  // CRI-O keeps a sandbox without a process: any container of it is in the same namespaces.
  const auto container = std::ranges::find_if(containers, [&match](const cri::Container& one) {
    return one.sandbox_id == match.sandbox_id && one.state == cri::ContainerState::running;
  });
  if (container == containers.end()) {
    return Error::of(Code::not_found, "{} has no process: no container of it runs",
                     match.description);
  }
  PSYS_TRY_ASSIGN(const cri::ContainerStatus status,
                  client_->container_status(container->id, cri::Detail::verbose));
  PSYS_TRY_ASSIGN(const cri::ProcessInfo inner, cri::read_process_info(status.info));
  return proven_process(inner.pid, container->id, std::move(match.description));
}

}  // namespace podsysctl::cli
