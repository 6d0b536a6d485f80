// SPDX-License-Identifier: Apache-2.0
#include "linux/fresh_namespaces.h"

#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

#include "base/strings.h"
#include "linux/file.h"
#include "linux/process.h"

namespace podsysctl::linux {
namespace {

// What comes through the pipe: 'v' and the text, or 'e', code and errno in decimal, and the
// message.
std::string encode(const Result<std::string>& result) {
  if (result) {
    return "v" + *result;
  }
  const Error& error = result.error();
  return fmt::format("e{} {} {}", static_cast<int>(error.code), error.sys_errno, error.message);
}

Result<std::string> decode(std::string_view text, int status) {
  if (text.starts_with('v') && status == 0) {
    return std::string(text.substr(1));
  }
  const std::size_t first = text.find(' ');
  const std::size_t second = text.find(' ', first + 1);
  if (!text.starts_with('e') || second == std::string_view::npos) {
    return Error::of(Code::internal, "a child process ended with status {} and no answer", status);
  }
  const auto code = parse_number<int>(text.substr(1, first - 1));
  const auto sys_errno = parse_number<int>(text.substr(first + 1, second - first - 1));
  return std::unexpected(Error{static_cast<Code>(code.value_or(static_cast<int>(Code::internal))),
                               sys_errno.value_or(0), std::string(text.substr(second + 1))});
}

}  // namespace

Result<> unshare_namespaces(std::span<const NamespaceKind> kinds) {
  int flags = 0;
  std::string names;
  for (const NamespaceKind kind : kinds) {
    flags |= clone_flag(kind);
    names += fmt::format("{}{}", names.empty() ? "" : ", ", to_string(kind));
  }
  if (::unshare(flags) < 0) {
    return Error::from_errno(errno, "make new namespaces ({})", names);
  }
  return {};
}

Result<std::string> call_in_child(const std::function<Result<std::string>()>& work) {
  PSYS_TRY_ASSIGN(Pipe pipe, make_pipe());
  const pid_t pid = ::fork();
  if (pid < 0) {
    return Error::from_errno(errno, "fork");
  }
  if (pid == 0) {
    const Result<> written = write_all(pipe.write_end.ref(), encode(work()), "pipe");
    ::_exit(written ? 0 : 1);
  }
  pipe.write_end.close();
  Result<std::string> text = read_all(pipe.read_end.ref(), "pipe from a child process");
  PSYS_TRY_ASSIGN(const int status, wait_for_child(pid));
  if (!text) {
    return text;
  }
  return decode(*text, status);
}

}  // namespace podsysctl::linux
