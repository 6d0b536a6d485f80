// SPDX-License-Identifier: Apache-2.0
#include "linux/proc_sys.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/strings.h"
#include "linux/file.h"

namespace podsysctl::linux {
namespace {

constexpr ino_t kProcRootInode = 1;  // PROC_ROOT_INO, include/linux/proc_fs.h
constexpr std::size_t kUsualValue = 256;
constexpr std::size_t kMaxValue = 65536;  // far above what any sysctl prints

// subset=pid would hide /proc/sys, and a read-only mount would refuse the writes: neither is set.
Result<Fd> mount_own_procfs() {
  const long context = ::syscall(SYS_fsopen, "proc", FSOPEN_CLOEXEC);
  if (context < 0) {
    return Error::from_errno(errno, "fsopen proc");
  }
  const Fd held = Fd::adopt(static_cast<int>(context));
  if (::syscall(SYS_fsconfig, held.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) < 0) {
    return Error::from_errno(errno, "fsconfig proc");
  }
  const long root = ::syscall(SYS_fsmount, held.get(), FSMOUNT_CLOEXEC,
                              MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
  if (root < 0) {
    return Error::from_errno(errno, "fsmount proc");
  }
  return Fd::adopt(static_cast<int>(root));
}

Result<Fd> clone_proc() {
  const long root =
      ::syscall(SYS_open_tree, AT_FDCWD, "/proc", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
  if (root < 0) {
    return Error::from_errno(errno, "open_tree /proc");
  }
  return Fd::adopt(static_cast<int>(root));
}

Result<> verify_procfs_root(FdRef root) {
  struct statfs filesystem{};
  if (::fstatfs(root.get(), &filesystem) < 0) {
    return Error::from_errno(errno, "statfs procfs");
  }
  struct stat status{};
  if (::fstat(root.get(), &status) < 0) {
    return Error::from_errno(errno, "stat procfs");
  }
  if (filesystem.f_type != PROC_SUPER_MAGIC || status.st_ino != kProcRootInode) {
    return Error::of(Code::permission, "/proc is not the root of a procfs: nothing is written");
  }
  return {};
}

std::unexpected<Error> not_a_sysctl(std::string_view below) {
  return Error::of(Code::invalid_argument, "/proc/{} is a folder of sysctls, not a sysctl", below);
}

}  // namespace

Result<ProcSys> ProcSys::verified(Result<Fd> root, std::string_view source) {
  PSYS_TRY_ASSIGN(Fd fd, std::move(root));
  PSYS_TRY(verify_procfs_root(fd.ref()));
  return ProcSys(std::move(fd), source);
}

Result<ProcSys> ProcSys::open() {
  if (Result<Fd> own = mount_own_procfs()) {
    return verified(std::move(own), "fsopen");
  }
  if (Result<Fd> clone = clone_proc()) {
    return verified(std::move(clone), "open_tree");
  }
  return verified(open_file("/proc", O_PATH | O_DIRECTORY | O_NOFOLLOW), "/proc");
}

Result<ProcSys> ProcSys::open_to_read() {
  Result<ProcSys> plain = verified(open_file("/proc", O_PATH | O_DIRECTORY | O_NOFOLLOW), "/proc");
  // In a container something may be mounted over its folders.
  if (plain && open_beneath(plain->root(), "sys/net", O_PATH | O_DIRECTORY | O_NOFOLLOW)) {
    return plain;
  }
  return open();
}

Result<ProcSys> ProcSys::open_in_place() {
  PSYS_TRY_ASSIGN(ProcSys plain, open_to_read());
  struct statfs filesystem{};
  if (::fstatfs(plain.root().get(), &filesystem) < 0) {
    return Error::from_errno(errno, "statfs {}", plain.source());
  }
  return (filesystem.f_flags & ST_RDONLY) == 0 ? Result<ProcSys>(std::move(plain)) : open();
}

Result<ProcSys> ProcSys::clone() const {
  PSYS_TRY_ASSIGN(Fd root, duplicate(root_.ref()));
  return ProcSys(std::move(root), source_);
}

Result<SysctlFile> ProcSys::open_key(std::string_view path, ProcSysAccess access) const {
  const std::string below = fmt::format("sys/{}", path);
  const int flags = access == ProcSysAccess::read ? O_RDONLY : O_RDWR;
  Result<Fd> opened = open_beneath(root_.ref(), below, flags | O_NOFOLLOW);
  if (!opened) {
    return opened.error().sys_errno == EISDIR ? not_a_sysctl(below)
                                              : std::unexpected(std::move(opened).error());
  }
  Fd fd = *std::move(opened);
  if (access == ProcSysAccess::read) {  // for writing no folder can be opened
    struct stat status{};
    if (::fstat(fd.get(), &status) < 0) {
      return Error::from_errno(errno, "stat /proc/{}", below);
    }
    if (!S_ISREG(status.st_mode)) {
      return not_a_sysctl(below);
    }
  }
  return SysctlFile(std::move(fd), path);
}

Result<std::string> SysctlFile::read() const {
  // The kernel makes a buffer of what is asked for, and most values are short.
  std::string value(kUsualValue, '\0');
  std::size_t length = 0;
  while (length < kMaxValue) {
    const ssize_t count = ::pread(fd_.get(), value.data() + length, value.size() - length,
                                  static_cast<off_t>(length));
    if (count < 0) {
      return Error::from_errno(errno, "read /proc/sys/{}", path_);
    }
    length += static_cast<std::size_t>(count);
    // The handlers of kernel/sysctl.c print a value in one go: less than asked for is its end.
    if (length < value.size()) {
      break;
    }
    value.resize(value.size() * 2);
  }
  value.resize(length);
  if (value.ends_with('\n')) {
    value.pop_back();
  }
  return value;
}

Result<> SysctlFile::write(std::string_view value) const {
  const ssize_t count = ::pwrite(fd_.get(), value.data(), value.size(), 0);
  if (count < 0) {
    return Error::from_errno(errno, "write {} to /proc/sys/{}", in_quotes(value), path_);
  }
  if (static_cast<std::size_t>(count) != value.size()) {
    return Error::of(Code::short_write, "write {} to /proc/sys/{}: the kernel took {} of {} bytes",
                     in_quotes(value), path_, count, value.size());
  }
  return {};
}

}  // namespace podsysctl::linux
