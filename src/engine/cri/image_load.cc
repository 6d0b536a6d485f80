// SPDX-License-Identifier: Apache-2.0
// Sources on this machine, by the tools of others: skopeo makes one archive of any of them, under a
// name that no registry has, and ctr hands it to containerd.

#include <chrono>
#include <filesystem>

#include "base/scope_exit.h"
#include "base/strings.h"
#include "engine/cri/images.h"
#include "image/sha256.h"
#include "linux/file.h"
#include "linux/spawn.h"
#include "linux/temporary_folder.h"

namespace podsysctl::engine {
namespace {

constexpr std::chrono::minutes kLimit{10};

Result<> run_tool(const std::string& name, std::vector<std::string> args,
                  const std::string& source) {
  Result<std::string> program = linux::find_program(name);
  if (!program) {
    return Error::of(Code::unsupported,
                     "{}: loading it into containerd takes the programs skopeo and ctr, and {} is "
                     "not installed; push the image to a registry and name it there",
                     source, name);
  }
  PSYS_TRY_ASSIGN(const linux::Finished finished,
                  linux::run({.program = *program, .args = std::move(args)}, "", kLimit));
  if (finished.status != 0) {
    return Error::of(Code::unavailable, "{}: {} failed: {}", source, name,
                     trim(finished.err.empty() ? finished.out : finished.err));
  }
  return {};
}

// Absolute, since skopeo may be started elsewhere; each source has a name of its own.
std::string source_of(const image::Reference& reference) {
  std::error_code ignored;
  image::Reference absolute = reference;
  absolute.path = std::filesystem::absolute(reference.path, ignored).string();
  return canonical_name(absolute);
}

}  // namespace

Result<std::string> load_into_containerd(const std::string& socket_path,
                                         const image::Reference& source) {
  const std::string from = source_of(source);
  std::error_code ignored;
  if (!std::filesystem::exists(source.path, ignored)) {
    return Error::of(Code::not_found, "{}: {} does not exist", from, source.path);
  }
  const std::string digest = image::sha256_of(from);
  std::string name =
      fmt::format("localhost/podsysctl/loaded:{}", image::hex_of(digest).substr(0, 16));
  PSYS_TRY_ASSIGN(const linux::TemporaryFolder folder, linux::TemporaryFolder::make());
  const std::string archive = folder / "image.tar";
  PSYS_TRY(run_tool("skopeo",
                    {"copy", "--quiet", from, fmt::format("docker-archive:{}:{}", archive, name)},
                    from));
  PSYS_TRY(run_tool(
      "ctr", {"--address", socket_path, "--namespace", "k8s.io", "images", "import", archive},
      from));
  return name;
}

}  // namespace podsysctl::engine
