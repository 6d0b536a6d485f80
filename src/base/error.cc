// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"

#include <cerrno>
#include <system_error>

namespace podsysctl {

std::string_view to_string(Code code) noexcept {
  switch (code) {
    case Code::invalid_argument:
      return "invalid_argument";
    case Code::not_namespaced:
      return "not_namespaced";
    case Code::denied_by_policy:
      return "denied_by_policy";
    case Code::not_found:
      return "not_found";
    case Code::permission:
      return "permission";
    case Code::unsupported:
      return "unsupported";
    case Code::conflict:
      return "conflict";
    case Code::short_write:
      return "short_write";
    case Code::partial_apply:
      return "partial_apply";
    case Code::unavailable:
      return "unavailable";
    case Code::timeout:
      return "timeout";
    case Code::internal:
      break;
  }
  return "internal";
}

Code code_of_errno(int sys_errno) noexcept {
  switch (sys_errno) {
    case EINVAL:
    case ENAMETOOLONG:
    case ERANGE:
    case ENOTDIR:
    case EISDIR:
    case ELOOP:
      return Code::invalid_argument;
    case ENOENT:
    case ESRCH:
      return Code::not_found;
    case EACCES:
    case EPERM:
    case EROFS:
      return Code::permission;
    case ENOSYS:
    case EOPNOTSUPP:
      return Code::unsupported;
    case EEXIST:
    case EBUSY:
    case ENOTEMPTY:
      return Code::conflict;
    case ETIMEDOUT:
      return Code::timeout;
    case ECONNREFUSED:
    case EAGAIN:
      return Code::unavailable;
    default:
      return Code::internal;
  }
}

std::string errno_text(int sys_errno) { return std::generic_category().message(sys_errno); }

Error Error::within(std::string_view context) && {
  message = fmt::format("{}: {}", context, message);
  return std::move(*this);
}

Error Error::of_errno(int sys_errno, std::string_view what) {
  return Error{code_of_errno(sys_errno), sys_errno,
               fmt::format("{}: {}", what, errno_text(sys_errno))};
}

}  // namespace podsysctl
