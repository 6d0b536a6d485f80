// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include "cli/verbs.h"

namespace podsysctl::cli {
namespace {

// Mounts are made and looked up by other processes, with other working folders.
Result<> set_root(std::string& root, std::string_view text) {
  std::error_code failure;
  const std::filesystem::path path = std::filesystem::absolute(text, failure);
  if (failure || text.empty()) {
    return Error::of(Code::invalid_argument, "--root needs a folder");
  }
  root = path.lexically_normal().string();
  while (root.size() > 1 && root.ends_with('/')) {
    root.pop_back();
  }
  return {};
}

}  // namespace

void add_root_flag(Command& command, std::string& root) {
  root = kDefaultRoot;
  Flag& flag = command.option(
      "root", "DIR", std::string("Folder of the state (default ") + kDefaultRoot + ")", root);
  flag.set = [&root](std::string_view text) { return set_root(root, text); };
  flag.completed_with(Completes::folders);
}

}  // namespace podsysctl::cli
