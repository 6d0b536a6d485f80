// SPDX-License-Identifier: Apache-2.0
// The flags of podsysctl-agent about runtimes that ask nobody. A runtime is named docker,
// docker=HOST, cri or cri=ENDPOINT. Errors: invalid_argument, unsupported (not on this machine),
// not_found (no usual socket is there). Thread-safety: reads the environment.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/service.h"
#include "base/result.h"
#include "cli/args.h"

namespace podsysctl::cli {

struct FollowFlags {
  std::vector<std::string> followed;
  std::optional<std::size_t> interval;  // milliseconds
  bool live_sockets = false;
};

void add_follow_flags(Command& app, FollowFlags& flags);
[[nodiscard]] Result<> take(const FollowFlags& flags, agent::Options& options);

[[nodiscard]] Result<agent::Followed> parse_followed(std::string_view text);

}  // namespace podsysctl::cli
