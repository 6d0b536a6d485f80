// SPDX-License-Identifier: Apache-2.0
#include "linux/tree_writer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>

#include "base/strings.h"
#include "linux/file.h"

namespace podsysctl::linux {
namespace {

constexpr mode_t kImpliedMode = 0755;
constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

std::array<timespec, 2> times(const timespec& mtime) { return {mtime, mtime}; }

Result<> check_path(std::string_view path) {
  if (path.size() >= PATH_MAX) {
    return Error::of(Code::invalid_argument, "the path {} has {} bytes, the limit is {}",
                     in_quotes(path), path.size(), PATH_MAX - 1);
  }
  if (path.find('\0') != std::string_view::npos) {
    return Error::of(Code::invalid_argument, "the path {} has a NUL in it", in_quotes(path));
  }
  for (const std::string_view component : split(path, '/')) {
    if (component.empty() || component == "." || component == ".." || component.size() > NAME_MAX) {
      return Error::of(Code::invalid_argument, "the path {} has the component {}", in_quotes(path),
                       in_quotes(component, 20));
    }
  }
  return {};
}

// Owner first: changing it clears set-user-id bits and file capabilities.
Result<> apply_attributes(FdRef fd, std::string_view path, const EntryAttributes& attributes) {
  if (::fchown(fd.get(), attributes.uid, attributes.gid) < 0) {
    return Error::from_errno(errno, "give {} to {}:{} (layers are unpacked as root)",
                             in_quotes(path), attributes.uid, attributes.gid);
  }
  if (::fchmod(fd.get(), attributes.mode & 07777U) < 0) {
    return Error::from_errno(errno, "set the mode of {}", in_quotes(path));
  }
  for (const auto& [name, value] : attributes.xattrs) {
    if (::fsetxattr(fd.get(), name.c_str(), value.data(), value.size(), 0) < 0) {
      return Error::from_errno(errno, "set {} of {}", in_quotes(name), in_quotes(path));
    }
  }
  return {};
}

Result<> set_opaque(FdRef folder, std::string_view path) {
  if (::fsetxattr(folder.get(), "trusted.overlay.opaque", "y", 1, 0) < 0) {
    return Error::from_errno(errno, "mark {} opaque", in_quotes(path));
  }
  return {};
}

Result<> set_link_attributes(FdRef parent, const std::string& name, std::string_view path,
                             const EntryAttributes& attributes) {
  if (::fchownat(parent.get(), name.c_str(), attributes.uid, attributes.gid, AT_SYMLINK_NOFOLLOW) <
          0 ||
      ::utimensat(parent.get(), name.c_str(), times(attributes.mtime).data(), AT_SYMLINK_NOFOLLOW) <
          0) {
    return Error::from_errno(errno, "set owner and time of {}", in_quotes(path));
  }
  return {};
}

Result<Fd> open_folder(FdRef at, const std::string& name, std::string_view path) {
  const int fd = ::openat(at.get(), name.c_str(), kFolderFlags);
  if (fd < 0) {
    return Error::from_errno(errno, "open folder {}", in_quotes(path));
  }
  return Fd::adopt(fd);
}

}  // namespace

Result<> NewFile::write_at(std::string_view data, std::uint64_t offset) const {
  while (!data.empty()) {
    const ssize_t count = ::pwrite(fd_.get(), data.data(), data.size(), static_cast<off_t>(offset));
    if (count < 0) {
      if (errno == EINTR) {
        continue;
      }
      return Error::from_errno(errno, "write {}", in_quotes(path_));
    }
    data.remove_prefix(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return {};
}

Result<> NewFile::finish(const EntryAttributes& attributes, std::uint64_t length) const {
  if (::ftruncate(fd_.get(), static_cast<off_t>(length)) < 0) {
    return Error::from_errno(errno, "set the length of {}", in_quotes(path_));
  }
  PSYS_TRY(apply_attributes(fd_.ref(), path_, attributes));
  if (::futimens(fd_.get(), times(attributes.mtime).data()) < 0) {
    return Error::from_errno(errno, "set the time of {}", in_quotes(path_));
  }
  return {};
}

Result<TreeWriter> TreeWriter::open(const std::string& folder) {
  PSYS_TRY_ASSIGN(Fd root, open_file(folder, kFolderFlags));
  return TreeWriter(std::move(root));
}

Result<TreeWriter::Kind> TreeWriter::look(FdRef at, const std::string& name,
                                          std::string_view path) {
  struct stat status{};
  if (::fstatat(at.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) < 0) {
    if (errno == ENOENT) {
      return Kind::absent;
    }
    return Error::from_errno(errno, "look at {}", in_quotes(path));
  }
  if (S_ISDIR(status.st_mode)) {
    return Kind::folder;
  }
  if (S_ISLNK(status.st_mode)) {
    return Kind::symlink;
  }
  return S_ISCHR(status.st_mode) && status.st_rdev == makedev(0, 0) ? Kind::whiteout : Kind::other;
}

// Where a whiteout stood the new folder must go on hiding the layers below.
Result<> TreeWriter::make_folder(FdRef at, const std::string& name, std::string_view path) {
  PSYS_TRY_ASSIGN(const Kind before, look(at, name, path));
  if (before == Kind::folder) {
    return {};
  }
  if (before != Kind::absent && ::unlinkat(at.get(), name.c_str(), 0) < 0) {
    return Error::from_errno(errno, "replace {}", in_quotes(path));
  }
  if (::mkdirat(at.get(), name.c_str(), kImpliedMode) < 0) {
    return Error::from_errno(errno, "create folder {}", in_quotes(path));
  }
  ++made_;
  PSYS_TRY_ASSIGN(const Fd made, open_folder(at, name, path));
  if (::fchmod(made.get(), kImpliedMode) < 0) {
    return Error::from_errno(errno, "set the mode of {}", in_quotes(path));
  }
  if (before == Kind::whiteout) {
    return set_opaque(made.ref(), path);
  }
  return {};
}

Result<> TreeWriter::enter_or_make(FdRef at, const std::string& name, std::string_view path) {
  PSYS_TRY_ASSIGN(const Kind kind, look(at, name, path));
  if (kind == Kind::symlink) {
    return Error::of(Code::invalid_argument, "the path leads through the symbolic link {}",
                     in_quotes(path));
  }
  if (kind == Kind::other) {
    return Error::of(Code::invalid_argument, "the path leads through {}, which is no folder",
                     in_quotes(path));
  }
  return make_folder(at, name, path);
}

Result<Fd> TreeWriter::walk_or_make(std::string_view folder) {
  Fd current;
  FdRef at = root_.ref();
  std::size_t end = 0;
  for (const std::string_view component : split(folder, '/')) {
    const std::string name(component);
    end += name.size() + (end == 0 ? 0 : 1);
    const std::string_view path = folder.substr(0, end);
    PSYS_TRY(enter_or_make(at, name, path));
    PSYS_TRY_ASSIGN(Fd next, open_folder(at, name, path));
    current = std::move(next);
    at = current.ref();
  }
  return current;
}

Result<FdRef> TreeWriter::parent(std::string_view folder) {
  if (folder.empty()) {
    return root_.ref();
  }
  if (parent_.valid() && folder == parent_path_) {
    return parent_.ref();
  }
  parent_.close();
  Result<Fd> there = open_beneath(root_.ref(), folder, kFolderFlags);
  if (there) {
    parent_ = *std::move(there);
  } else {
    PSYS_TRY_ASSIGN(Fd made, walk_or_make(folder));
    parent_ = std::move(made);
  }
  parent_path_ = folder;
  return parent_.ref();
}

Result<TreeWriter::Slot> TreeWriter::slot(std::string_view path) {
  PSYS_TRY(check_path(path));
  const std::size_t slash = path.rfind('/');
  const bool top = slash == std::string_view::npos;
  PSYS_TRY_ASSIGN(const FdRef at, parent(top ? std::string_view() : path.substr(0, slash)));
  return Slot{at, std::string(top ? path : path.substr(slash + 1))};
}

Result<TreeWriter::Slot> TreeWriter::empty_slot(std::string_view path) {
  PSYS_TRY_ASSIGN(Slot place, slot(path));
  PSYS_TRY_ASSIGN(const Kind before, look(place.parent, place.name, path));
  if (before == Kind::folder) {
    return Error::of(Code::invalid_argument, "{} is a folder and something else at once",
                     in_quotes(path));
  }
  if (before != Kind::absent && ::unlinkat(place.parent.get(), place.name.c_str(), 0) < 0) {
    return Error::from_errno(errno, "replace {}", in_quotes(path));
  }
  ++made_;
  return place;
}

Result<> TreeWriter::add_folder(std::string_view path, const EntryAttributes& attributes) {
  folder_times_.emplace_back(path, attributes.mtime);
  if (path.empty()) {
    return apply_attributes(root_.ref(), ".", attributes);
  }
  PSYS_TRY_ASSIGN(const Slot place, slot(path));
  PSYS_TRY(make_folder(place.parent, place.name, path));
  PSYS_TRY_ASSIGN(const Fd folder, open_folder(place.parent, place.name, path));
  return apply_attributes(folder.ref(), path, attributes);
}

Result<NewFile> TreeWriter::add_file(std::string_view path) {
  PSYS_TRY_ASSIGN(const Slot place, empty_slot(path));
  const int fd = ::openat(place.parent.get(), place.name.c_str(),
                          O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) {
    return Error::from_errno(errno, "create {}", in_quotes(path));
  }
  return NewFile(Fd::adopt(fd), std::string(path));
}

Result<> TreeWriter::add_symlink(std::string_view path, const std::string& target,
                                 const EntryAttributes& attributes) {
  PSYS_TRY_ASSIGN(const Slot place, empty_slot(path));
  if (::symlinkat(target.c_str(), place.parent.get(), place.name.c_str()) < 0) {
    return Error::from_errno(errno, "create the symbolic link {}", in_quotes(path));
  }
  return set_link_attributes(place.parent, place.name, path, attributes);
}

Result<> TreeWriter::add_hard_link(std::string_view path, std::string_view existing) {
  PSYS_TRY(check_path(existing));
  const std::size_t slash = existing.rfind('/');
  Fd folder;
  FdRef from = root_.ref();
  if (slash != std::string_view::npos) {
    PSYS_TRY_ASSIGN(folder, open_beneath(root_.ref(), existing.substr(0, slash), kFolderFlags));
    from = folder.ref();
  }
  const std::string name(slash == std::string_view::npos ? existing : existing.substr(slash + 1));
  if (path == existing) {
    return Error::of(Code::invalid_argument, "{} is a hard link to itself", in_quotes(path));
  }
  PSYS_TRY_ASSIGN(const Slot place, empty_slot(path));
  if (::linkat(from.get(), name.c_str(), place.parent.get(), place.name.c_str(), 0) < 0) {
    return Error::from_errno(errno, "link {} to {}", in_quotes(path), in_quotes(existing));
  }
  return {};
}

Result<> TreeWriter::add_node(std::string_view path, mode_t type, dev_t device,
                              const EntryAttributes& attributes) {
  if (type == S_IFCHR && device == makedev(0, 0)) {
    return Error::of(Code::invalid_argument,
                     "{} is a character device 0:0, which overlayfs takes for a deleted file",
                     in_quotes(path));
  }
  PSYS_TRY_ASSIGN(const Slot place, empty_slot(path));
  const mode_t mode = attributes.mode & 07777U;
  // The mode is set again because the process's umask cut it.
  if (::mknodat(place.parent.get(), place.name.c_str(), type | mode, device) < 0 ||
      ::fchownat(place.parent.get(), place.name.c_str(), attributes.uid, attributes.gid,
                 AT_SYMLINK_NOFOLLOW) < 0 ||
      ::fchmodat(place.parent.get(), place.name.c_str(), mode, 0) < 0) {
    return Error::from_errno(errno, "create the device {}", in_quotes(path));
  }
  return set_link_attributes(place.parent, place.name, path, attributes);
}

Result<> TreeWriter::add_whiteout(std::string_view path) {
  PSYS_TRY_ASSIGN(const Slot place, slot(path));
  PSYS_TRY_ASSIGN(const Kind before, look(place.parent, place.name, path));
  if (before == Kind::folder) {
    PSYS_TRY_ASSIGN(const Fd folder, open_folder(place.parent, place.name, path));
    return set_opaque(folder.ref(), path);
  }
  if (before != Kind::absent) {
    return {};
  }
  ++made_;
  if (::mknodat(place.parent.get(), place.name.c_str(), S_IFCHR, makedev(0, 0)) < 0) {
    return Error::from_errno(errno, "mark {} as deleted", in_quotes(path));
  }
  return {};
}

Result<> TreeWriter::make_opaque(std::string_view folder) {
  if (folder.empty()) {
    return set_opaque(root_.ref(), ".");
  }
  PSYS_TRY(check_path(folder));
  PSYS_TRY_ASSIGN(const FdRef there, parent(folder));
  return set_opaque(there, folder);
}

Result<> TreeWriter::finish() {
  for (const auto& [path, mtime] : folder_times_) {
    if (path.empty()) {
      continue;
    }
    PSYS_TRY_ASSIGN(const Slot place, slot(path));
    if (::utimensat(place.parent.get(), place.name.c_str(), times(mtime).data(),
                    AT_SYMLINK_NOFOLLOW) < 0) {
      return Error::from_errno(errno, "set the time of {}", in_quotes(path));
    }
  }
  for (const auto& [path, mtime] : folder_times_) {
    if (path.empty() && ::futimens(root_.get(), times(mtime).data()) < 0) {
      return Error::from_errno(errno, "set the time of the top folder");
    }
  }
  return {};
}

}  // namespace podsysctl::linux
