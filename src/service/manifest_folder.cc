// SPDX-License-Identifier: Apache-2.0
#include "service/manifest_folder.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <utility>

#include <fmt/core.h>

#include "image/sha256.h"
#include "linux/file.h"
#include "linux/file_lease.h"
#include "linux/regular_file.h"
#include "pod/manifest.h"

namespace podsysctl::service {
namespace {

ManifestFile unreadable(const std::string& path, const Error& error) {
  return {.path = path, .problem = error.message};
}

ManifestFile described(const std::string& path, const ManifestText& manifest) {
  ManifestFile file{.path = path, .hash = manifest.hash};
  const Result<pod::Manifest> read = pod::read_pod(manifest.text, path);
  if (read) {
    file.namespace_ = read->pod.namespace_;
    file.name = read->pod.name;
    file.has_init_containers = !read->pod.init_containers.empty();
  } else {
    file.problem = read.error().message;
  }
  return file;
}

Result<ManifestText> text_of(linux::FdRef fd, const std::string& path) {
  PSYS_TRY_ASSIGN(std::string text, linux::read_all(fd, path, pod::kMaxManifestBytes));
  std::string hash(image::hex_of(image::sha256_of(text)));
  return ManifestText{std::move(text), std::move(hash)};
}

Result<std::vector<std::string>> manifests_in(const std::string& folder) {
  std::error_code failure;
  std::filesystem::directory_iterator entries(folder, failure);
  std::vector<std::string> paths;
  while (!failure && entries != std::filesystem::directory_iterator()) {
    if (is_manifest_name(entries->path().filename().string())) {
      paths.push_back(entries->path().string());
    }
    entries.increment(failure);
  }
  if (failure) {
    return Error::from_errno(failure.value(), "read the folder of manifests {}", folder);
  }
  if (paths.size() > kMostManifests) {
    return Error::of(Code::invalid_argument,
                     "the folder of manifests {} holds {} of them, and {} are taken: remove some",
                     folder, paths.size(), kMostManifests);
  }
  std::ranges::sort(paths);
  return paths;
}

}  // namespace

bool is_manifest_name(std::string_view file) noexcept {
  constexpr std::array<std::string_view, 3> kEndings{".yaml", ".yml", ".json"};
  return !file.starts_with('.') && !file.starts_with('#') &&
         std::ranges::any_of(kEndings, [file](std::string_view ending) {
           return file.size() > ending.size() && file.ends_with(ending);
         });
}

Result<ManifestText> read_manifest(const std::string& path) {
  PSYS_TRY_ASSIGN(const linux::RegularFile file, linux::open_regular(path));
  return text_of(file.fd.ref(), path);
}

Result<ManifestFolder> ManifestFolder::open(std::string path) {
  PSYS_TRY(linux::make_directories(path, 0755));
  ManifestFolder folder(std::move(path));
  PSYS_TRY(folder.watch());
  return folder;
}

linux::FdRef ManifestFolder::fd() const noexcept { return watch_ ? watch_->fd() : linux::FdRef(); }

// Anew where another folder stands under the same name.
Result<> ManifestFolder::watch() {
  struct stat status{};
  if (::stat(path_.c_str(), &status) < 0) {
    const int failure = errno;
    watch_.reset();
    watched_.clear();
    return Error::from_errno(failure, "look at the folder of manifests {}", path_);
  }
  const std::string identity = fmt::format("{}:{}", status.st_dev, status.st_ino);
  if (identity != watched_) {
    watch_.reset();
    PSYS_TRY_ASSIGN(linux::FolderWatch opened, linux::FolderWatch::open(path_));
    watch_.emplace(std::move(opened));
    watched_ = identity;
  }
  return {};
}

std::optional<ManifestFolder::Seen> ManifestFolder::see(const std::string& path,
                                                        bool& unfinished) const {
  const auto before = seen_.find(path);
  const Result<linux::RegularFile> file = linux::open_regular(path);
  if (!file) {
    // Removed since the folder was read: as if it had never been listed.
    return file.error().code == Code::not_found
               ? std::nullopt
               : std::optional(Seen{"", unreadable(path, file.error())});
  }
  if (before != seen_.end() && before->second.identity == file->identity) {
    return before->second;
  }
  if (linux::being_written(file->fd.ref()) == linux::BeingWritten::yes) {
    unfinished = true;
    return before == seen_.end() ? std::nullopt : std::optional(before->second);
  }
  const Result<ManifestText> text = text_of(file->fd.ref(), path);
  return Seen{file->identity, text ? described(path, *text) : unreadable(path, text.error())};
}

bool ManifestFolder::take_changes() {
  return watch_ && watch_->wait(std::chrono::milliseconds(0)).value_or(false);
}

Result<Folder> ManifestFolder::look() {
  PSYS_TRY(watch());
  PSYS_TRY_ASSIGN(const std::vector<std::string> paths, manifests_in(path_));
  Folder folder;
  std::map<std::string, Seen> now;
  for (const std::string& path : paths) {
    if (std::optional<Seen> seen = see(path, folder.unfinished)) {
      folder.files.push_back(seen->file);
      now.emplace(path, *std::move(seen));
    }
  }
  seen_ = std::move(now);
  return folder;
}

}  // namespace podsysctl::service
