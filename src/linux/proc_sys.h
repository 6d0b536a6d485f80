// SPDX-License-Identifier: Apache-2.0
// The hardened way to the files below /proc/sys: through a procfs mount of our own that nobody can
// have prepared (fsopen/fsmount, Linux 5.2; else a clone of /proc without what is mounted below it;
// else /proc itself), verified to be procfs, walked without links, mounts or "..".
// A file belongs to the namespace of the thread that opens it (net, ipc), so files are opened anew
// in each namespace and only the mount is kept.
// Thread-safety: open() may be called from any thread; a SysctlFile belongs to one thread.
// Sources: fsopen(2), openat2(2), fs/proc/proc_sysctl.c.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "linux/fd.h"

namespace podsysctl::linux {

enum class ProcSysAccess { read, read_write };

class SysctlFile {
 public:
  // The whole value without the last newline.
  [[nodiscard]] Result<std::string> read() const;
  // One write(2) of the whole value; short_write if the kernel takes less.
  [[nodiscard]] Result<> write(std::string_view value) const;

 private:
  friend class ProcSys;
  SysctlFile(Fd fd, std::string_view path) : fd_(std::move(fd)), path_(path) {}

  Fd fd_;
  std::string path_;  // below /proc/sys
};

class ProcSys {
 public:
  [[nodiscard]] static Result<ProcSys> open();
  // To look only: /proc itself where nothing is mounted over it, verified and walked the same way.
  // Its kernel objects stay from one command to the next, and no mount has to be made and undone.
  [[nodiscard]] static Result<ProcSys> open_to_read();
  // The same, to be written as well: where /proc is read-only it is a mount of our own. For a
  // process that ends soon, in a mount namespace that is no container's: before an own mount is
  // gone the kernel waits for a grace period of RCU, milliseconds on a busy machine.
  [[nodiscard]] static Result<ProcSys> open_in_place();

  // A second handle of the same mount.
  [[nodiscard]] Result<ProcSys> clone() const;

  // `path` is relative to /proc/sys: "net/core/somaxconn".
  [[nodiscard]] Result<SysctlFile> open_key(std::string_view path, ProcSysAccess access) const;

  // The descriptor of the procfs root, for walks ("sys/net").
  [[nodiscard]] FdRef root() const noexcept { return root_.ref(); }

  // Where it came from: "fsopen", "open_tree" or "/proc". For diagnostics and tests.
  [[nodiscard]] std::string_view source() const noexcept { return source_; }

 private:
  [[nodiscard]] static Result<ProcSys> verified(Result<Fd> root, std::string_view source);
  ProcSys(Fd root, std::string_view source) : root_(std::move(root)), source_(source) {}

  Fd root_;
  std::string_view source_;
};

}  // namespace podsysctl::linux
