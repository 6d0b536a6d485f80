// SPDX-License-Identifier: Apache-2.0
// The OCI hook podsysctl-hook: puts a container's sysctls into effect before its program starts.
// runc writes linux.sysctl after createRuntime hooks and crun before them, so the hook belongs to
// two stages: createRuntime refuses what is forbidden and writes, poststart puts right what the
// runtime has overwritten since, in containers whose config.json sets sysctls at all. runc up to
// 1.4 and crun call one of the two in time: after linux.sysctl, before the container's program.
// Source: OCI runtime specification 1.2, "POSIX-platform Hooks". Thread-safety: no shared state;
// one call a process.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "linux/system_log.h"

namespace podsysctl::oci {

enum class Stage : std::uint8_t { create_runtime, poststart };

struct HookOptions {
  std::optional<Stage> stage;  // unset: by the container's status, as far as that tells
  std::string policy_folder;
};

// [--policy-dir=DIR] [createRuntime|poststart]. Errors: invalid_argument, with the usage.
[[nodiscard]] Result<HookOptions> parse_hook_options(std::span<const std::string> args);

// How to end, and what to say on standard error: the runtime shows it where the hook fails.
struct HookAnswer {
  int exit_code = 0;
  std::string err;

  [[nodiscard]] linux::SystemLogLevel level() const noexcept {
    return exit_code == 0 ? linux::SystemLogLevel::warning : linux::SystemLogLevel::error;
  }
};

// `input` is the container's state.
[[nodiscard]] HookAnswer run_hook(const HookOptions& options, std::string_view input);

}  // namespace podsysctl::oci
