// SPDX-License-Identifier: Apache-2.0
// Bounds on what is read of a script that somebody else wrote.
#pragma once

#include <cstddef>

namespace podsysctl::shell {

inline constexpr std::size_t kMaxScriptBytes = std::size_t{64} << 10U;
inline constexpr std::size_t kMaxNesting = 8;  // compound commands and substitutions in a script
inline constexpr std::size_t kMaxCalls = 24;   // sh -c, eval, functions and wrappers in each other
inline constexpr std::size_t kMaxSteps = 20'000;  // commands looked at, loops unrolled
inline constexpr std::size_t kMaxMadeBytes = std::size_t{2} << 20U;  // text made by expansions
inline constexpr std::size_t kMaxFindings = 10'000;

}  // namespace podsysctl::shell
