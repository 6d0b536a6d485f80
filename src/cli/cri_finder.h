// SPDX-License-Identifier: Apache-2.0
// cri:ID as a target: a pod or container of the container runtime of Kubernetes on this machine,
// found where the engine cri finds it. Errors: those of cri/client.h and engine/cri/endpoint.h;
// conflict where a reference means several, not_found where it means none that runs.
// Thread-safety: one thread.
#pragma once

#include <optional>

#include "cri/client.h"
#include "live/pid_finder.h"

namespace podsysctl::cli {

class CriFinder final : public live::PidFinder {
 public:
  // The id of a sandbox or container, the start of one, the name of a pod (NAME, NAMESPACE/NAME)
  // or of a container, as the kubelet labels them. Ids count before names.
  [[nodiscard]] Result<live::RuntimeProcess> find(std::string_view reference) override;

 private:
  std::optional<cri::Client> client_;
};

// What a reference means among those that run, for find() and its test.
struct CriMatch {
  std::string sandbox_id;
  std::string container_id;  // "": the sandbox itself
  std::string description;   // "pod default/web (4f5e6d7c8b9a)"
};
[[nodiscard]] Result<CriMatch> match_reference(std::string_view reference,
                                               const std::vector<cri::Sandbox>& sandboxes,
                                               const std::vector<cri::Container>& containers);

}  // namespace podsysctl::cli
