// SPDX-License-Identifier: Apache-2.0
// The one error type of the project. Libraries return it, edges map its code once (exit status,
// event reason) and log it once. A message says what, on which key/pod/file, why, and what to do.
// Thread-safety: values; no shared state.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

namespace podsysctl {

enum class Code : std::uint8_t {
  invalid_argument,  // the input is wrong: name, value, manifest, flag
  not_namespaced,    // the key belongs to the node, not to a pod
  denied_by_policy,  // the allowlist, the host namespaces or the kernel rules forbid it
  not_found,         // file, image, pod or key does not exist
  permission,        // the kernel refused for lack of privilege
  unsupported,       // this kernel, host or build cannot do it
  conflict,          // already exists, or is in use
  short_write,       // the kernel took only a part
  partial_apply,     // some settings were written and not all could be restored
  unavailable,       // a program, socket or registry cannot be reached
  timeout,
  internal,  // a defect of ours, or an answer that nothing explains
};

[[nodiscard]] std::string_view to_string(Code code) noexcept;

// The code that fits an errno best; `internal` where nothing fits.
[[nodiscard]] Code code_of_errno(int sys_errno) noexcept;

struct Error {
  Code code = Code::internal;
  int sys_errno = 0;  // 0 where no system call failed
  std::string message;

  // Error::of(Code::not_found, "pod {:?} does not exist", name)
  template <class... Args>
  [[nodiscard]] static std::unexpected<Error> of(Code code, fmt::format_string<Args...> format,
                                                 Args&&... args) {
    return std::unexpected(Error{code, 0, fmt::vformat(format, fmt::make_format_args(args...))});
  }

  // Error::from_errno(errno, "open {:?}", path): "open \"/x\": No such file or directory". The
  // first argument is evaluated before the message is built, so errno is captured on the failing
  // line.
  template <class... Args>
  [[nodiscard]] static std::unexpected<Error> from_errno(int sys_errno,
                                                         fmt::format_string<Args...> format,
                                                         Args&&... args) {
    return std::unexpected(
        of_errno(sys_errno, fmt::vformat(format, fmt::make_format_args(args...))));
  }

  // The same error with "context: " in front of its message.
  [[nodiscard]] Error within(std::string_view context) &&;

  // What from_errno() wraps: "what: <errno text>", with the code that fits the errno.
  [[nodiscard]] static Error of_errno(int sys_errno, std::string_view what);
};

// The kernel's text for an errno ("Invalid argument"); thread-safe.
[[nodiscard]] std::string errno_text(int sys_errno);

}  // namespace podsysctl
