// SPDX-License-Identifier: Apache-2.0
#include "install/node_files.h"

#include <fcntl.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "image/sha256.h"
#include "linux/file.h"
#include "linux/open_in_root.h"
#include "linux/place_file.h"
#include "linux/regular_file.h"

namespace podsysctl::install {
namespace {

constexpr std::size_t kLargest = std::size_t{256} << 20U;

struct Place {
  std::string folder;
  std::string name;
};

Result<Place> place_of(const std::string& path) {
  const std::filesystem::path whole(path);
  if (!whole.is_absolute() || whole.lexically_normal().native() != path || !whole.has_filename()) {
    return Error::of(Code::invalid_argument, "{} is not the absolute path of a file", path);
  }
  return Place{.folder = whole.parent_path().string(), .name = whole.filename().string()};
}

// Unset: there is nothing. What is no regular file has no digest: "".
Result<std::optional<std::string>> digest_of(linux::FdRef folder, const Place& place) {
  const Result<linux::RegularFile> file =
      linux::open_regular_beneath(folder, place.name, place.name);
  if (!file && file.error().code == Code::not_found) {
    return std::nullopt;
  }
  if (!file) {
    return std::optional<std::string>("");
  }
  PSYS_TRY_ASSIGN(const std::string content, linux::read_all(file->fd.ref(), place.name, kLargest));
  return std::optional<std::string>(image::sha256_of(content));
}

}  // namespace

Result<NodeFiles> NodeFiles::open(const std::string& root) {
  PSYS_TRY_ASSIGN(linux::Fd fd, linux::open_file(root, O_PATH | O_DIRECTORY));
  PSYS_TRY_ASSIGN(const std::string folder, linux::place_in_root(fd.ref(), kRecordFolder));
  std::string file = fmt::format("{}{}/installed.json", root == "/" ? "" : root, folder);
  PSYS_TRY_ASSIGN(Record record, load(file));
  return NodeFiles(root == "/" ? "" : root, std::move(fd), std::move(file), std::move(record));
}

Result<Change> NodeFiles::put(const NodeFile& file) {
  PSYS_TRY_ASSIGN(const Done done, with_context(place(file), file.path));
  return Change{.path = file.path, .done = done};
}

Result<Done> NodeFiles::place(const NodeFile& file) {
  PSYS_TRY_ASSIGN(const Place place, place_of(file.path));
  PSYS_TRY_ASSIGN(const linux::Fd folder, make_folder(place.folder));
  const std::string wanted = image::sha256_of(file.content);
  PSYS_TRY_ASSIGN(const std::optional<std::string> found, digest_of(folder.ref(), place));
  if (found && *found != wanted && !is_ours(file.path, *found)) {
    return Error::of(
        Code::conflict,
        "a file that podsysctl did not put there is in the way: move it away, or leave "
        "this part out");
  }
  // Somebody else's with the very same content does not become ours.
  if (found == wanted) {
    return Done::unchanged;
  }
  // On record before it is there: what a crash leaves is known as ours.
  record_[file.path].push_back(wanted);
  PSYS_TRY(linux::make_directories(std::filesystem::path(record_file_).parent_path().string()));
  PSYS_TRY(save(record_file_, record_));
  PSYS_TRY(linux::place_file(folder.ref(), place.name, file.content, file.mode,
                             found ? linux::Existing::replace : linux::Existing::refuse));
  record_[file.path] = {wanted};
  PSYS_TRY(save(record_file_, record_));
  return found ? Done::replaced : Done::written;
}

Result<std::vector<Change>> NodeFiles::remove_all() {
  std::vector<Change> changes;
  Result<> failed;
  for (auto entry = record_.begin(); entry != record_.end();) {
    const Result<Done> done = with_context(take_away(entry->first), entry->first);
    if (!done) {
      if (failed) {
        failed = std::unexpected(done.error());
      }
      ++entry;
      continue;
    }
    changes.push_back({.path = entry->first, .done = *done});
    entry = record_.erase(entry);
  }
  PSYS_TRY(save(record_file_, record_));
  PSYS_TRY(failed);
  return changes;
}

Result<Done> NodeFiles::take_away(const std::string& path) {
  PSYS_TRY_ASSIGN(const Place place, place_of(path));
  const Result<linux::Fd> folder =
      linux::open_in_root(fd_.ref(), place.folder, O_RDONLY | O_DIRECTORY);
  if (!folder && folder.error().code == Code::not_found) {
    return Done::gone;
  }
  if (!folder) {
    return std::unexpected(folder.error());
  }
  PSYS_TRY_ASSIGN(const std::optional<std::string> found, digest_of(folder->ref(), place));
  if (!found) {
    return Done::gone;
  }
  if (!is_ours(path, *found)) {
    return Done::left;
  }
  PSYS_TRY(linux::take_file_away(folder->ref(), place.name));
  return Done::removed;
}

Result<linux::Fd> NodeFiles::make_folder(const std::string& path) const {
  PSYS_TRY_ASSIGN(const std::string place, linux::place_in_root(fd_.ref(), path));
  PSYS_TRY(linux::make_directories(root_ + place));
  return linux::open_in_root(fd_.ref(), place, O_RDONLY | O_DIRECTORY);
}

bool NodeFiles::is_ours(const std::string& path, const std::string& digest) const {
  const auto entry = record_.find(path);
  return entry != record_.end() && std::ranges::find(entry->second, digest) != entry->second.end();
}

}  // namespace podsysctl::install
