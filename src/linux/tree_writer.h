// SPDX-License-Identifier: Apache-2.0
// Fills a folder with files, folders, links and devices that somebody else names, and never touches
// anything outside it: every path is walked below the folder's descriptor, symbolic links in the
// middle are refused, the last component is made anew (O_EXCL) and never opened as it was found.
// Paths are relative, without "", "." and ".." components; "" is the folder itself. Missing parents
// are made, mode 0755. What a path held before is replaced, except that a folder stays a folder.
// Whiteouts are overlayfs' own (overlayfs.rst): a character device 0:0, and trusted.overlay.opaque
// on a folder. A whiteout hides what lies in layers below, never what this tree itself holds.
// The folder must be ours alone while it is filled. Needs root: owners, devices, trusted xattrs.
// Errors: invalid_argument for paths; else those of the system call. Thread-safety: one thread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "linux/fd.h"

namespace podsysctl::linux {

struct EntryAttributes {
  mode_t mode = 0755;  // the lower twelve bits
  uid_t uid = 0;
  gid_t gid = 0;
  timespec mtime{};
  std::vector<std::pair<std::string, std::string>> xattrs;  // of files and folders only
};

// A file that was made empty and is filled: data, holes, then finish().
class NewFile {
 public:
  [[nodiscard]] Result<> write_at(std::string_view data, std::uint64_t offset) const;
  [[nodiscard]] Result<> finish(const EntryAttributes& attributes, std::uint64_t length) const;

 private:
  friend class TreeWriter;
  NewFile(Fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  Fd fd_;
  std::string path_;
};

class TreeWriter {
 public:
  [[nodiscard]] static Result<TreeWriter> open(const std::string& folder);

  [[nodiscard]] Result<> add_folder(std::string_view path, const EntryAttributes& attributes);
  [[nodiscard]] Result<NewFile> add_file(std::string_view path);
  [[nodiscard]] Result<> add_symlink(std::string_view path, const std::string& target,
                                     const EntryAttributes& attributes);
  // Another name for a file of this tree.
  [[nodiscard]] Result<> add_hard_link(std::string_view path, std::string_view existing);
  // `type` is S_IFCHR, S_IFBLK or S_IFIFO. A character device 0:0 is refused.
  [[nodiscard]] Result<> add_node(std::string_view path, mode_t type, dev_t device,
                                  const EntryAttributes& attributes);
  [[nodiscard]] Result<> add_whiteout(std::string_view path);
  [[nodiscard]] Result<> make_opaque(std::string_view folder);

  // Sets the folders' times, which adding to them has changed. Nothing may be added afterwards.
  [[nodiscard]] Result<> finish();

  // Files, folders and links made, implied folders too.
  [[nodiscard]] std::uint64_t made() const noexcept { return made_; }

 private:
  enum class Kind : std::uint8_t { absent, folder, symlink, whiteout, other };
  struct Slot {
    FdRef parent;
    std::string name;
  };

  explicit TreeWriter(Fd root) : root_(std::move(root)) {}
  [[nodiscard]] Result<Slot> slot(std::string_view path);
  [[nodiscard]] Result<Slot> empty_slot(std::string_view path);
  [[nodiscard]] Result<FdRef> parent(std::string_view folder);
  [[nodiscard]] Result<Fd> walk_or_make(std::string_view folder);
  [[nodiscard]] Result<> enter_or_make(FdRef at, const std::string& name, std::string_view path);
  [[nodiscard]] Result<> make_folder(FdRef at, const std::string& name, std::string_view path);
  [[nodiscard]] static Result<Kind> look(FdRef at, const std::string& name, std::string_view path);

  Fd root_;
  Fd parent_;                // of the entry before: archives list a folder's entries together
  std::string parent_path_;  // "" while parent_ is not open
  std::vector<std::pair<std::string, timespec>> folder_times_;
  std::uint64_t made_ = 0;
};

}  // namespace podsysctl::linux
