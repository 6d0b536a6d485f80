// SPDX-License-Identifier: Apache-2.0
// Looking around below /proc/sys without writing: which files the calling thread's namespaces show,
// and what this thread may do with each. Opening a sysctl for writing changes nothing; only
// write(2) does. Thread-safety: no shared state.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "linux/proc_sys.h"

namespace podsysctl::linux {

// The files below /proc/sys, relative to it, unordered: "net/core/somaxconn". Folders for which
// `enter` says no, on other file systems, or gone in the meantime are left out.
[[nodiscard]] Result<std::vector<std::string>> list_sysctls(
    const ProcSys& proc, const std::function<bool(std::string_view folder)>& enter);

enum class SysctlAccess : std::uint8_t { none, read_only, write_only, read_write };

struct SysctlLook {
  SysctlAccess access = SysctlAccess::none;
  std::string value;  // "" where it cannot be read
};

// not_found where the file is not there for this thread.
[[nodiscard]] Result<SysctlLook> look_at_sysctl(const ProcSys& proc, std::string_view path);

}  // namespace podsysctl::linux
