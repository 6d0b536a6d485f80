// SPDX-License-Identifier: Apache-2.0
// The folder of static pods: its *.yaml, *.yml and *.json files, without hidden ones and without
// what editors leave ("web.yaml~"). A file that somebody is writing counts as it was before.
// Errors of one file are part of the answer; look() fails where the folder cannot be read.
// Thread-safety: one thread per object.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "linux/fd.h"
#include "linux/file_watch.h"

namespace podsysctl::service {

inline constexpr std::size_t kMostManifests = 1000;

struct ManifestFile {
  std::string path;
  std::string hash;  // of its text
  std::string namespace_;
  std::string name;     // of its Pod; "" where the file holds none that can be read
  std::string problem;  // why; for a person
  bool has_init_containers = false;
};

struct Folder {
  std::vector<ManifestFile> files;  // by name
  bool unfinished = false;          // a file is being written: look again
};

struct ManifestText {
  std::string text;
  std::string hash;
};

// The whole text of one manifest.
[[nodiscard]] Result<ManifestText> read_manifest(const std::string& path);

[[nodiscard]] bool is_manifest_name(std::string_view file) noexcept;

class ManifestFolder {
 public:
  // Makes the folder where it is missing.
  [[nodiscard]] static Result<ManifestFolder> open(std::string path);

  // Readable when something in it has changed, until take_changes().
  [[nodiscard]] linux::FdRef fd() const noexcept;
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  // Whether something has changed since the last call; fd() is quiet again then.
  [[nodiscard]] bool take_changes();

  // Files that are the same as before are not read again.
  [[nodiscard]] Result<Folder> look();

 private:
  struct Seen {
    std::string identity;
    ManifestFile file;
  };

  explicit ManifestFolder(std::string path) : path_(std::move(path)) {}
  [[nodiscard]] Result<> watch();
  [[nodiscard]] std::optional<Seen> see(const std::string& path, bool& unfinished) const;

  std::string path_;
  std::string watched_;  // identity of the folder that is watched
  std::optional<linux::FolderWatch> watch_;
  std::map<std::string, Seen> seen_;
};

}  // namespace podsysctl::service
