// SPDX-License-Identifier: Apache-2.0
#include "rules/live_set.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "rules/file_reader.h"

namespace podsysctl::rules {
namespace {

namespace fs = std::filesystem;

bool is_folder(const fs::path& path) {
  std::error_code failure;
  return fs::is_directory(path, failure);
}

// The folder, or the nearest one above it that exists.
std::string nearest_folder(const std::string& folder) {
  fs::path path = fs::path(folder).lexically_normal();
  while (!is_folder(path) && path.has_relative_path()) {
    path = path.parent_path();
  }
  return path.empty() ? "." : path.string();
}

}  // namespace

LiveSet::LiveSet(std::string folder)
    : folder_(std::move(folder)),
      mutex_(std::make_unique<std::mutex>()),
      generation_{std::make_shared<const PolicySet>(), 0} {}

Result<LiveSet> LiveSet::open(std::string folder) {
  LiveSet live(std::move(folder));
  PSYS_TRY(live.watch());
  (void)live.read();  // what went wrong is in error()
  return live;
}

// Before the folder is read, so that no change falls between.
Result<> LiveSet::watch() {
  const std::string nearest = nearest_folder(folder_);
  if (watch_ && nearest == watched_) {
    return {};
  }
  PSYS_TRY_ASSIGN(watch_, linux::FolderWatch::open(nearest));
  watched_ = nearest;
  return {};
}

LiveSet::Change LiveSet::read() {
  PolicySet set;
  if (is_folder(folder_)) {
    auto found = read_set(folder_);
    if (!found) {
      error_ = std::move(found).error();
      return Change::refused;
    }
    set = *std::move(found);
  }
  error_.reset();
  const std::scoped_lock lock(*mutex_);
  generation_ = {std::make_shared<const PolicySet>(std::move(set)), generation_.number + 1};
  return Change::replaced;
}

Result<LiveSet::Change> LiveSet::reload() {
  PSYS_TRY_ASSIGN(const bool changed, watch_->wait(std::chrono::milliseconds(0)));
  // A folder that is made again under its old name is another one, whose changes the old watch
  // never tells.
  watched_ = changed ? "" : watched_;
  const bool moved = nearest_folder(folder_) != watched_;
  if (!changed && !moved) {
    return Change::none;
  }
  PSYS_TRY(watch());
  return read();
}

Generation LiveSet::current() const {
  const std::scoped_lock lock(*mutex_);
  return generation_;
}

}  // namespace podsysctl::rules
