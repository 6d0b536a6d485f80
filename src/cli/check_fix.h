// SPDX-License-Identifier: Apache-2.0
// `check --fix` and `check --diff`. Thread-safety: one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "check/inputs.h"
#include "policy/kubernetes_version.h"

namespace podsysctl::cli {

enum class FixMode : std::uint8_t { write, show };

// write: files are changed in place, what was done is told on standard error, and the check goes on
// (nothing is returned); standard input is printed mended instead. show: prints a diff; the exit
// code is 0 where nothing would change, 1 where something would, 2 for what cannot be read.
[[nodiscard]] std::optional<int> fix_files(std::span<const check::InputFile> files,
                                           policy::KubernetesVersion version, FixMode mode);

}  // namespace podsysctl::cli
