// SPDX-License-Identifier: Apache-2.0
#include "linux/place_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "base/scope_exit.h"
#include "linux/file.h"

namespace podsysctl::linux {
namespace {

// Without an ending that readers of such folders look for (".json", ".conflist").
std::string hidden(const std::string& name) { return fmt::format(".{}.podsysctl-new", name); }

Result<> write_hidden(FdRef folder, const std::string& name, std::string_view data, mode_t mode) {
  const int raw = ::openat(folder.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                           S_IRUSR | S_IWUSR);
  if (raw < 0) {
    return Error::from_errno(errno, "create {}", name);
  }
  const Fd fd = Fd::adopt(raw);
  PSYS_TRY(write_all(fd.ref(), data, name));
  if (::fsync(fd.get()) < 0) {
    return Error::from_errno(errno, "flush {}", name);
  }
  if (::fchmod(fd.get(), mode) < 0) {
    return Error::from_errno(errno, "set the mode of {}", name);
  }
  return {};
}

}  // namespace

Result<> place_file(FdRef folder, const std::string& name, std::string_view data, mode_t mode,
                    Existing existing) {
  const std::string temporary = hidden(name);
  PSYS_TRY(take_file_away(folder, temporary));
  ScopeExit remove([&] { ::unlinkat(folder.get(), temporary.c_str(), 0); });
  PSYS_TRY(write_hidden(folder, temporary, data, mode));
  const unsigned flags = existing == Existing::refuse ? RENAME_NOREPLACE : 0U;
  if (::renameat2(folder.get(), temporary.c_str(), folder.get(), name.c_str(), flags) < 0) {
    return Error::from_errno(errno, "rename {} to {}", temporary, name);
  }
  remove.release();
  return {};
}

Result<> take_file_away(FdRef folder, const std::string& name) {
  if (::unlinkat(folder.get(), name.c_str(), 0) < 0 && errno != ENOENT) {
    return Error::from_errno(errno, "remove {}", name);
  }
  return {};
}

}  // namespace podsysctl::linux
