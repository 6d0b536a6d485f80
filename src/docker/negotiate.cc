// SPDX-License-Identifier: Apache-2.0
#include <compare>

#include "base/strings.h"
#include "docker/daemon.h"

namespace podsysctl::docker {
namespace {

struct ApiVersion {
  unsigned major = 0;
  unsigned minor = 0;
  friend auto operator<=>(const ApiVersion&, const ApiVersion&) = default;
};

constexpr ApiVersion kOldest{1, 24};  // Docker 1.12
constexpr ApiVersion kNewest{1, 51};  // Docker 28.3

std::optional<ApiVersion> parse(std::string_view text) {
  const auto parts = split(text, '.');
  if (parts.size() != 2) {
    return std::nullopt;
  }
  const auto major = parse_number<unsigned>(parts[0]);
  const auto minor = parse_number<unsigned>(parts[1]);
  if (!major || !minor) {
    return std::nullopt;
  }
  return ApiVersion{*major, *minor};
}

std::string text_of(ApiVersion version) {
  return fmt::format("{}.{}", version.major, version.minor);
}

}  // namespace

Result<std::string> negotiate(const Version& daemon) {
  const auto newest = parse(daemon.api);
  const auto oldest = daemon.min_api.empty() ? newest : parse(daemon.min_api);
  if (!newest || !oldest) {
    return Error::of(Code::invalid_argument, "the daemon speaks API versions {} to {}",
                     in_quotes(daemon.min_api), in_quotes(daemon.api));
  }
  if (*newest < kOldest || *oldest > kNewest) {
    return Error::of(Code::unsupported,
                     "Docker {} speaks API {} to {}, podsysctl {} to {}: one of them is too old",
                     daemon.version, text_of(*oldest), daemon.api, text_of(kOldest),
                     text_of(kNewest));
  }
  return text_of(std::min(*newest, kNewest));
}

}  // namespace podsysctl::docker
