// SPDX-License-Identifier: Apache-2.0
#include "linux/temporary_folder.h"

#include <stdlib.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "linux/file.h"

namespace podsysctl::linux {

Result<TemporaryFolder> TemporaryFolder::make() {
  std::error_code nowhere;
  std::string path = std::filesystem::temp_directory_path(nowhere) / "podsysctl-XXXXXX";
  if (nowhere) {
    return Error::from_errno(nowhere.value(), "find the folder for temporary files");
  }
  if (::mkdtemp(path.data()) == nullptr) {
    return Error::from_errno(errno, "make the temporary folder {}", path);
  }
  return TemporaryFolder(std::move(path));
}

TemporaryFolder::~TemporaryFolder() {
  if (!path_.empty()) {
    [[maybe_unused]] const Result<> removed = remove_tree(path_);
  }
}

std::string TemporaryFolder::operator/(std::string_view name) const {
  return fmt::format("{}/{}", path_, name);
}

}  // namespace podsysctl::linux
