// SPDX-License-Identifier: Apache-2.0
#include "cli/engines.h"

#include <unistd.h>

#include <filesystem>

#include "base/strings.h"
#include "engine/cri/cri_engine.h"
#include "engine/docker/docker_engine.h"
#include "engine/embedded/embedded_engine.h"

namespace podsysctl::cli {

Result<engine::Engine*> EngineSet::open(const std::string& name, const std::string& runtime) {
  std::unique_ptr<engine::Engine>& slot = opened_[{name, runtime}];
  if (!slot) {
    PSYS_TRY_ASSIGN(slot, make(name, runtime));
  }
  return slot.get();
}

Result<std::unique_ptr<engine::Engine>> EngineSet::make(const std::string& name,
                                                        const std::string& runtime) const {
  if (name == "embedded") {
    PSYS_TRY_ASSIGN(std::string pause, find_pause_program());
    PSYS_TRY_ASSIGN(image::ImageStore images, image::ImageStore::open(root_ + "/images"));
    return engine::make_embedded_engine({.pause_program = std::move(pause), .runtime = runtime},
                                        std::move(images), clock_);
  }
  if (name == "docker") {
    PSYS_TRY_ASSIGN(std::string pause, find_pause_program());
    return engine::make_docker_engine({.address = runtime, .pause_program = std::move(pause)});
  }
  if (name == "cri") {
    return engine::make_cri_engine({.endpoint = runtime});
  }
  return Error::of(Code::unsupported, "there is no engine {}: choose embedded, docker or cri",
                   in_quotes(name));
}

Result<std::string> find_pause_program() {
  std::error_code failure;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", failure);
  if (failure) {
    return Error::from_errno(failure.value(), "find the path of this program");
  }
  const std::filesystem::path folder = self.parent_path();
  for (const std::filesystem::path& candidate :
       {folder / "podsysctl-pause", folder.parent_path() / "libexec/podsysctl/podsysctl-pause"}) {
    if (::access(candidate.c_str(), X_OK) == 0) {
      return candidate.string();
    }
  }
  return Error::of(Code::not_found,
                   "podsysctl-pause is missing: it belongs beside {} or into ../libexec/podsysctl",
                   self.string());
}

}  // namespace podsysctl::cli
