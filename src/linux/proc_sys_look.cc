// SPDX-License-Identifier: Apache-2.0
#include "linux/proc_sys_look.h"

#include <dirent.h>
#include <fcntl.h>

#include <cerrno>
#include <memory>

#include "linux/file.h"

namespace podsysctl::linux {
namespace {

// Deeper than any sysctl (net/ipv4/conf/IFACE/forwarding), so that a loop cannot run for ever.
constexpr int kMaxDepth = 12;

struct CloseDirectory {
  void operator()(DIR* directory) const noexcept { ::closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

class Walk {
 public:
  Walk(const ProcSys& proc, const std::function<bool(std::string_view)>& enter)
      : proc_(proc), enter_(enter) {}

  Result<> visit(const std::string& folder, int depth) {
    const std::string below = folder.empty() ? "sys" : "sys/" + folder;
    Result<Fd> fd = open_beneath(proc_.root(), below, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (!fd) {
      // Mounted over, gone with its module or interface, or not for us: nothing to see in it.
      const int why = fd.error().sys_errno;
      if (!folder.empty() && (why == EXDEV || why == ENOENT || why == EACCES)) {
        return {};
      }
      return std::unexpected(std::move(fd).error());
    }
    const Directory directory(::fdopendir(fd->get()));
    if (directory == nullptr) {
      return Error::from_errno(errno, "list /proc/{}", below);
    }
    static_cast<void>(fd->release());  // closedir() closes it
    return list(directory.get(), folder, depth);
  }

  std::vector<std::string> take() { return std::move(files_); }

 private:
  Result<> list(DIR* directory, const std::string& folder, int depth) {
    errno = 0;
    while (const dirent* const entry = ::readdir(directory)) {
      const std::string_view name = entry->d_name;
      if (name == "." || name == "..") {
        continue;
      }
      const std::string path =
          folder.empty() ? std::string(name) : fmt::format("{}/{}", folder, name);
      if (entry->d_type == DT_REG) {
        files_.push_back(path);
      } else if (entry->d_type == DT_DIR && depth < kMaxDepth && enter_(path)) {
        PSYS_TRY(visit(path, depth + 1));
      }
      errno = 0;
    }
    if (errno != 0) {
      return Error::from_errno(errno, "list /proc/sys/{}", folder);
    }
    return {};
  }

  const ProcSys& proc_;
  const std::function<bool(std::string_view)>& enter_;
  std::vector<std::string> files_;
};

}  // namespace

Result<std::vector<std::string>> list_sysctls(
    const ProcSys& proc, const std::function<bool(std::string_view folder)>& enter) {
  Walk walk(proc, enter);
  PSYS_TRY(walk.visit("", 0));
  return walk.take();
}

Result<SysctlLook> look_at_sysctl(const ProcSys& proc, std::string_view path) {
  SysctlLook look;
  Result<SysctlFile> file = proc.open_key(path, ProcSysAccess::read_write);
  if (file) {
    look.access = SysctlAccess::read_write;
  } else if (file.error().sys_errno != EACCES && file.error().sys_errno != EPERM) {
    return std::unexpected(std::move(file).error());
  } else {
    file = proc.open_key(path, ProcSysAccess::read);
    look.access = file ? SysctlAccess::read_only : SysctlAccess::none;
  }
  if (file) {
    // Some can be opened but not read before they are set (conf.all.stable_secret: EIO).
    look.value = file->read().value_or("");
    return look;
  }
  const std::string below = fmt::format("sys/{}", path);
  if (open_beneath(proc.root(), below, O_WRONLY | O_NOFOLLOW)) {
    look.access = SysctlAccess::write_only;
  }
  return look;
}

}  // namespace podsysctl::linux
