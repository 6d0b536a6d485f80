// SPDX-License-Identifier: Apache-2.0
#include "store/writable.h"

#include <fcntl.h>

#include <cerrno>

#include "linux/file.h"

namespace podsysctl::store {
namespace {

constexpr std::size_t kNeeded = 65536;

Result<> write_something(const std::string& root) {
  Result<linux::Fd> file = linux::open_file(root, O_TMPFILE | O_WRONLY, 0600);
  if (!file && file.error().sys_errno == EOPNOTSUPP) {
    return {};  // what this file system refuses says nothing
  }
  PSYS_TRY_ASSIGN(const linux::Fd nameless, std::move(file));
  return linux::write_all(nameless.ref(), std::string(kNeeded, '\0'), root);
}

}  // namespace

std::string_view way_out(int sys_errno) noexcept {
  switch (sys_errno) {
    case EROFS:
      return "; its file system is read-only: make it writable, or choose another folder with "
             "--root";
    case ENOSPC:
    case EDQUOT:
      return "; free space on its file system";
    case EACCES:
    case EPERM:
      return "; run as root, or choose another folder with --root";
    case EIO:
      return "; the kernel's log tells what its disk has";
    default:
      return "";
  }
}

Result<> check_writable(const std::string& root) {
  return with_way_out(with_context(write_something(root), "the state folder cannot be written"));
}

}  // namespace podsysctl::store
