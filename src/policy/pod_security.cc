// SPDX-License-Identifier: Apache-2.0
#include "policy/pod_security.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/core.h>

#include "base/strings.h"
#include "policy/safe_list.h"

namespace podsysctl::policy {
namespace {

using enum SecurityLevel;
constexpr std::array<std::pair<std::string_view, SecurityLevel>, 3> kLevels{
    {{"privileged", privileged}, {"baseline", baseline}, {"restricted", restricted}}};

// The list of policy version 1.0 is the safe list of Kubernetes 1.22, when the check was written.
constexpr unsigned kFirstList = 22;

std::optional<unsigned> minor_of(std::string_view text) {
  text.remove_prefix(text.starts_with('v') ? 1 : 0);
  if (!text.starts_with("1.")) {
    return std::nullopt;
  }
  return parse_number<unsigned>(text.substr(2));
}

}  // namespace

std::string_view to_string(SecurityLevel level) noexcept {
  return std::ranges::find(kLevels, level, &decltype(kLevels)::value_type::second)->first;
}

Result<PodSecurity> PodSecurity::parse(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string_view word = text.substr(0, colon);
  const auto level = std::ranges::find(kLevels, word, &decltype(kLevels)::value_type::first);
  if (level == kLevels.end()) {
    return Error::of(Code::invalid_argument,
                     "{} is no level of Pod Security: privileged, baseline or restricted, with "
                     ":1.X for the list of a version",
                     in_quotes(word));
  }
  if (colon == std::string_view::npos || text.substr(colon + 1) == "latest") {
    return PodSecurity(level->second, std::nullopt);
  }
  const auto minor_number = minor_of(text.substr(colon + 1));
  if (!minor_number) {
    return Error::of(Code::invalid_argument,
                     "{} is no version of Pod Security: write 1.X or latest",
                     in_quotes(text.substr(colon + 1)));
  }
  if (*minor_number > KubernetesVersion::kNewestMinor) {
    return Error::of(Code::unsupported, "Pod Security of 1.{} is not known, the newest is 1.{}",
                     *minor_number, KubernetesVersion::kNewestMinor);
  }
  return PodSecurity(level->second, minor_number);
}

std::string PodSecurity::to_string() const {
  return minor_number_ ? fmt::format("{}:v1.{}", policy::to_string(level_), *minor_number_)
                       : fmt::format("{}:latest", policy::to_string(level_));
}

bool PodSecurity::allows(std::string_view raw_name) const noexcept {
  if (level_ == privileged) {
    return true;
  }
  const SafeSysctl* const row = find_safe_sysctl(raw_name);
  const unsigned version = minor_number_.value_or(KubernetesVersion::kNewestMinor);
  return row != nullptr && row->since.minor_number() <= std::max(version, kFirstList);
}

std::string violation(const PodSecurity& policy, const std::vector<std::string>& forbidden) {
  return fmt::format("violates PodSecurity \"{}\": forbidden sysctls ({})", policy.to_string(),
                     join(forbidden, ", "));
}

}  // namespace podsysctl::policy
