// SPDX-License-Identifier: Apache-2.0
#include "sysctl/probe_leaks.h"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include <fmt/core.h>

#include "base/strings.h"

namespace podsysctl::sysctl {
namespace {

struct Leak {
  std::string_view key;
  std::string_view effect;
  // Ascending; the last one holds for all newer series. Empty: no kernel so far is without it.
  std::span<const KernelVersion> fixed;
};

// netfilter: conntrack: make global sysctls read-only in non-init netns
constexpr std::array<KernelVersion, 8> kConntrackFixed{{{4, 9, 269},
                                                        {4, 14, 233},
                                                        {4, 19, 191},
                                                        {5, 4, 120},
                                                        {5, 10, 35},
                                                        {5, 11, 19},
                                                        {5, 12, 2},
                                                        {5, 13, 0}}};
// net: make tcp_allowed_congestion_control read-only in non-init netns
constexpr std::array<KernelVersion, 3> kAllowedCongestionFixed{
    {{5, 10, 32}, {5, 11, 16}, {5, 12, 0}}};
// net: only allow init netns to set default tcp congestion control to a restricted algorithm
constexpr std::array<KernelVersion, 6> kCongestionFixed{
    {{4, 19, 191}, {5, 4, 119}, {5, 10, 37}, {5, 11, 21}, {5, 12, 4}, {5, 13, 0}}};

constexpr std::string_view kOneForAll = "one variable serves all namespaces";
constexpr std::array<Leak, 6> kLeaks{{
    {"net.netfilter.nf_conntrack_max", kOneForAll, kConntrackFixed},
    {"net.nf_conntrack_max", kOneForAll, kConntrackFixed},
    {"net.netfilter.nf_conntrack_expect_max", kOneForAll, kConntrackFixed},
    {"net.ipv4.tcp_allowed_congestion_control", kOneForAll, kAllowedCongestionFixed},
    {"net.ipv4.tcp_congestion_control",
     "a restricted algorithm set in a pod becomes unrestricted for all", kCongestionFixed},
    // A static key that every namespace's table points to (since 5.15); seen leaking by the active
    // probe on 6.1, 6.12 and 7.2.
    {"net.netfilter.nf_hooks_lwtunnel",
     "one switch serves all namespaces, and it cannot be turned off again",
     {}},
}};

// The fix in the kernel's own series, else the one that holds for all newer series.
const KernelVersion& fix_in(const Leak& leak, KernelVersion kernel) {
  const auto same_series = [&](const KernelVersion& fix) {
    return fix.major == kernel.major && fix.minor == kernel.minor;
  };
  const auto found = std::ranges::find_if(leak.fixed, same_series);
  return found == leak.fixed.end() ? leak.fixed.back() : *found;
}

std::string text_of(KernelVersion version) {
  return version.patch == 0 ? fmt::format("{}.{}", version.major, version.minor)
                            : fmt::format("{}.{}.{}", version.major, version.minor, version.patch);
}

// "6.18.44-fc" -> 6.18.44; "5.10.0-46-cloud-amd64" -> 5.10.0; "6.12" -> 6.12.0.
std::optional<KernelVersion> leading_version(std::string_view text) {
  const std::string_view numbers = text.substr(0, text.find_first_not_of("0123456789."));
  const std::vector<std::string_view> parts = split(numbers, '.');
  if (parts.size() < 2) {
    return std::nullopt;
  }
  const auto major = parse_number<int>(parts[0]);
  const auto minor = parse_number<int>(parts[1]);
  if (!major || !minor) {
    return std::nullopt;
  }
  return KernelVersion{*major, *minor,
                       parts.size() > 2 ? parse_number<int>(parts[2]).value_or(0) : 0};
}

}  // namespace

std::optional<KernelVersion> kernel_version(std::string_view release, std::string_view version) {
  const auto series = leading_version(release);
  if (!series || series->patch != 0) {
    return series;
  }
  for (const std::string_view word : split_words(version)) {
    const auto exact = leading_version(word);
    if (exact && exact->major == series->major && exact->minor == series->minor) {
      return exact;
    }
  }
  return series;
}

std::optional<std::string> known_leak(const SysctlKey& key, KernelVersion kernel) {
  const auto leak = std::ranges::find(kLeaks, key.name(), &Leak::key);
  if (leak == kLeaks.end()) {
    return std::nullopt;
  }
  if (leak->fixed.empty()) {
    return fmt::format("{}: in all kernels known so far", leak->effect);
  }
  const KernelVersion& fix = fix_in(*leak, kernel);
  if (kernel >= fix) {
    return std::nullopt;
  }
  return fmt::format("{}: fixed in Linux {}", leak->effect, text_of(fix));
}

}  // namespace podsysctl::sysctl
