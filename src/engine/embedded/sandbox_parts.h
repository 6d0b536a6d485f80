// SPDX-License-Identifier: Apache-2.0
// What a request becomes in src/sandbox: namespaces, network, files below /etc.
// Errors: those of src/sandbox and the journal. Thread-safety: no shared state.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "engine/embedded/bundle.h"
#include "engine/engine.h"
#include "sandbox/sandbox.h"

namespace podsysctl::engine {

struct SandboxHome {
  std::string run_folder;
  std::string pause_program;
  std::vector<std::string> hidden;  // sandbox::SandboxSpec::hidden
};
[[nodiscard]] sandbox::SandboxSpec sandbox_spec(const SandboxRequest& request,
                                                const SandboxHome& home);

[[nodiscard]] std::vector<store::NamespaceRecord> namespaces_of(const sandbox::Sandbox& sandbox);

// The network, noted before and after it is made, then the files that name its addresses.
[[nodiscard]] Result<> connect_sandbox(const SandboxRequest& request,
                                       const sandbox::Sandbox& sandbox, const PodFolders& folders,
                                       SandboxState& state, Journal& journal);

}  // namespace podsysctl::engine
