// SPDX-License-Identifier: Apache-2.0
#include "install/parts.h"

#include <array>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "install/hook_description.h"
#include "json/json.h"
#include "linux/file.h"

namespace podsysctl::install {
namespace {

constexpr std::size_t kLargestProgram = std::size_t{256} << 20U;
constexpr mode_t kDataMode = 0644;
// The number decides in which order a runtime asks its plugins.
constexpr const char* kNriName = "10-podsysctl";

// Beside the running program, as in the build folder and the image, or where a package has it.
constexpr std::array<std::string_view, 3> kFolders{"", "/../libexec/podsysctl", "/../lib/cni"};

Result<NodeFile> program(const std::string& source, const std::string& name, std::string path) {
  for (const std::string_view folder : kFolders) {
    Result<std::string> content =
        linux::read_file(fmt::format("{}{}/{}", source, folder, name), kLargestProgram);
    if (content) {
      return NodeFile{.path = std::move(path), .content = *std::move(content)};
    }
    if (content.error().code != Code::not_found) {
      return std::unexpected(std::move(content).error());
    }
  }
  return Error::of(Code::not_found,
                   "{} is neither beside this program in {} nor where its package puts it", name,
                   source);
}

Result<NodeFile> hook_description(std::string path, const std::string& hook) {
  PSYS_TRY_ASSIGN(json::Value description,
                  json::parse(packaged_hook_description(), "the hook's description"));
  description["hook"]["path"] = hook;
  return NodeFile{.path = std::move(path),
                  .content = json::dump(description, json::Layout::indented) + "\n",
                  .mode = kDataMode};
}

}  // namespace

Result<std::vector<NodeFile>> files_of(Part part, const std::string& source, const Places& places) {
  std::vector<NodeFile> files;
  switch (part) {
    case Part::cni: {
      PSYS_TRY_ASSIGN(NodeFile plugin,
                      program(source, "podsysctl-cni", places.cni + "/podsysctl-cni"));
      files.push_back(std::move(plugin));
      break;
    }
    case Part::hook: {
      const std::string hook = places.programs + "/podsysctl-hook";
      PSYS_TRY_ASSIGN(NodeFile binary, program(source, "podsysctl-hook", hook));
      PSYS_TRY_ASSIGN(NodeFile description,
                      hook_description(places.hooks + "/podsysctl-hook.json", hook));
      // The program first: a description that names none keeps every container from starting.
      files.push_back(std::move(binary));
      files.push_back(std::move(description));
      break;
    }
    case Part::nri: {
      PSYS_TRY_ASSIGN(NodeFile plugin, program(source, "podsysctl-agent",
                                               fmt::format("{}/{}", places.nri, kNriName)));
      files.push_back(std::move(plugin));
      break;
    }
  }
  return files;
}

}  // namespace podsysctl::install
