// SPDX-License-Identifier: Apache-2.0
// The version of a Linux kernel, from uname(2) or written down in the data.
// Thread-safety: pure functions.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace podsysctl::sysctl {

struct KernelVersion {
  int major = 0;
  int minor = 0;
  int patch = 0;
  friend auto operator<=>(const KernelVersion&, const KernelVersion&) = default;
};

// The numbers that a release begins with: "6.18.44-fc" -> 6.18.44; "5.10.0-46-cloud-amd64" ->
// 5.10.0; "6.12" -> 6.12.0. Nothing if there are not two of them.
[[nodiscard]] std::optional<KernelVersion> parse_kernel_version(std::string_view text);

// From uname(2). A distribution's release keeps the first version of its series ("5.10.0-46"); the
// upstream version that it is at is then in `version` ("#1 SMP Debian 5.10.262-1 (2026-10-01)").
[[nodiscard]] std::optional<KernelVersion> kernel_version(std::string_view release,
                                                          std::string_view version);

// Of the running kernel; nothing where its release is no version.
[[nodiscard]] std::optional<KernelVersion> running_kernel();

// "5.13", "5.10.35"
[[nodiscard]] std::string to_string(KernelVersion version);

}  // namespace podsysctl::sysctl
