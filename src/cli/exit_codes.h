// SPDX-License-Identifier: Apache-2.0
// Exit codes, a contract with scripts: 0, 1 the operation failed, 2 the command line is wrong.
// `run` and `exec` answer as docker does: 125 for every failure of ours, since all other codes are
// the container's.
#pragma once

namespace podsysctl::cli {

inline constexpr int kOk = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;
inline constexpr int kRunFailed = 125;

}  // namespace podsysctl::cli
