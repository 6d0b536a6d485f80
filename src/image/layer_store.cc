// SPDX-License-Identifier: Apache-2.0
#include "image/layer_store.h"

#include <filesystem>
#include <system_error>

#include "base/scope_exit.h"
#include "image/sha256.h"
#include "linux/file.h"
#include "linux/file_lock.h"

namespace podsysctl::image {
namespace {

constexpr std::string_view kPartial = ".partial";
constexpr mode_t kPrivate = 0700;
constexpr mode_t kLayerTop = 0755;

}  // namespace

Result<LayerStore> LayerStore::open(const std::string& folder) {
  PSYS_TRY(linux::make_directories(folder + "/layers", kPrivate));
  PSYS_TRY(linux::make_directories(folder + "/locks", kPrivate));
  return LayerStore(folder);
}

std::string LayerStore::path_of(const std::string& diff_id) const {
  return folder_ + "/layers/" + std::string(hex_of(diff_id));
}

std::string LayerStore::partial_path(const std::string& diff_id) const {
  return path_of(diff_id) + std::string(kPartial);
}

bool LayerStore::has(const std::string& diff_id) const {
  std::error_code ignored;
  return std::filesystem::is_directory(path_of(diff_id), ignored);
}

Result<linux::Fd> LayerStore::lock(const std::string& diff_id) const {
  return linux::lock_file(folder_ + "/locks/" + std::string(hex_of(diff_id)));
}

Result<LayerStore::Hold> LayerStore::hold(const std::vector<std::string>& diff_ids) const {
  Hold out;
  for (const std::string& diff_id : std::set<std::string>(diff_ids.begin(), diff_ids.end())) {
    PSYS_TRY_ASSIGN(linux::Fd fd, lock(diff_id));
    out.locks_.push_back(std::move(fd));
    if (!has(diff_id)) {
      out.missing_.insert(diff_id);
    }
  }
  return out;
}

Result<> LayerStore::add(const std::string& diff_id,
                         const std::function<Result<>(const std::string&)>& fill) const {
  const std::string partial = partial_path(diff_id);
  // Left by a process that was killed: nobody else makes this layer while we hold its lock.
  PSYS_TRY(linux::remove_tree(partial));
  PSYS_TRY(linux::make_directories(partial, kLayerTop));
  Result<> done = fill(partial);
  if (done) {
    std::error_code failure;
    std::filesystem::rename(partial, path_of(diff_id), failure);
    if (!failure) {
      return {};
    }
    done = Error::from_errno(failure.value(), "rename {}", partial);
  }
  const Result<> removed = linux::remove_tree(partial);
  if (!removed) {
    return Error::of(done.error().code, "{} (and its rest stays: {})", done.error().message,
                     removed.error().message);
  }
  return done;
}

Result<> LayerStore::remove_unused(
    const std::function<Result<bool>(const std::string& diff_id)>& is_used) const {
  std::error_code failure;
  std::set<std::string> found;
  for (auto entry = std::filesystem::directory_iterator(folder_ + "/layers", failure);
       !failure && entry != std::filesystem::directory_iterator(); entry.increment(failure)) {
    std::string name = entry->path().filename().string();
    if (name.ends_with(kPartial)) {
      name.resize(name.size() - kPartial.size());
    }
    found.insert("sha256:" + name);
  }
  if (failure) {
    return Error::from_errno(failure.value(), "list {}/layers", folder_);
  }
  for (const std::string& diff_id : found) {
    if (!is_digest(diff_id)) {
      continue;
    }
    PSYS_TRY_ASSIGN(const linux::Fd held, lock(diff_id));
    PSYS_TRY(linux::remove_tree(partial_path(diff_id)));
    PSYS_TRY_ASSIGN(const bool used, is_used(diff_id));
    if (used || !has(diff_id)) {
      continue;
    }
    // Out of sight first: a removal that is cut short must not leave half a layer under its name.
    std::filesystem::rename(path_of(diff_id), partial_path(diff_id), failure);
    if (failure) {
      return Error::from_errno(failure.value(), "rename {}", path_of(diff_id));
    }
    PSYS_TRY(linux::remove_tree(partial_path(diff_id)));
  }
  return {};
}

}  // namespace podsysctl::image
