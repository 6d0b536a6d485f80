// SPDX-License-Identifier: Apache-2.0
#include "engine/docker/log_file.h"

#include <filesystem>
#include <system_error>

namespace podsysctl::engine {
namespace {

namespace fs = std::filesystem;

Result<> replace(const std::string& fresh, const std::string& path) {
  std::error_code failure;
  fs::rename(fresh, path, failure);
  if (failure) {
    return Error::from_errno(failure.value(), "replace the log {}", path);
  }
  return {};
}

}  // namespace

Result<> link_log(const std::string& docker_log, const std::string& path) {
  const std::string fresh = path + ".new";
  std::error_code failure;
  if (fs::is_regular_file(fs::symlink_status(path, failure))) {
    PSYS_TRY(replace(path, path + ".previous"));
  }
  fs::remove(fresh, failure);
  fs::create_symlink(docker_log, fresh, failure);
  if (failure) {
    return Error::from_errno(failure.value(), "link the log {}", path);
  }
  return replace(fresh, path);
}

Result<> keep_log(const std::string& path) {
  std::error_code failure;
  const fs::path source = fs::read_symlink(path, failure);
  if (failure || !fs::exists(source, failure)) {
    return {};
  }
  // A second name costs nothing; on another file system it has to be copied.
  const std::string fresh = path + ".new";
  fs::remove(fresh, failure);
  fs::create_hard_link(source, fresh, failure);
  if (failure) {
    fs::copy_file(source, fresh, failure);
  }
  if (failure) {
    return Error::from_errno(failure.value(), "keep the log {}", source.string());
  }
  return replace(fresh, path);
}

}  // namespace podsysctl::engine
