// SPDX-License-Identifier: Apache-2.0
#include "sysctl/probe_leaks.h"

#include <algorithm>

#include <fmt/core.h>

namespace podsysctl::sysctl {
namespace {

// The fix in the kernel's own series, else the one that holds for all newer series.
const KernelVersion& fix_in(const Leak& leak, KernelVersion kernel) {
  const auto same_series = [&](const KernelVersion& fix) {
    return fix.major == kernel.major && fix.minor == kernel.minor;
  };
  const auto found = std::ranges::find_if(leak.fixed, same_series);
  return found == leak.fixed.end() ? leak.fixed.back() : *found;
}

}  // namespace

std::optional<std::string> known_leak(const Entry& entry, KernelVersion kernel) {
  for (const Leak& leak : entry.leaks) {
    if (leak.fixed.empty()) {
      return fmt::format("{}: in all kernels known so far", leak.effect);
    }
    const KernelVersion& fix = fix_in(leak, kernel);
    if (kernel < fix) {
      return fmt::format("{}: fixed in Linux {}", leak.effect, to_string(fix));
    }
  }
  return std::nullopt;
}

std::optional<std::string> known_leak(const SysctlKey& key, KernelVersion kernel) {
  const Entry* const entry = find_entry(key);
  return entry == nullptr ? std::nullopt : known_leak(*entry, kernel);
}

}  // namespace podsysctl::sysctl
