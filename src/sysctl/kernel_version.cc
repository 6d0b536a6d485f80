// SPDX-License-Identifier: Apache-2.0
#include "sysctl/kernel_version.h"

#include <sys/utsname.h>

#include <vector>

#include <fmt/core.h>

#include "base/strings.h"

namespace podsysctl::sysctl {

std::optional<KernelVersion> parse_kernel_version(std::string_view text) {
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

std::optional<KernelVersion> kernel_version(std::string_view release, std::string_view version) {
  const auto series = parse_kernel_version(release);
  if (!series || series->patch != 0) {
    return series;
  }
  for (const std::string_view word : split_words(version)) {
    const auto exact = parse_kernel_version(word);
    if (exact && exact->major == series->major && exact->minor == series->minor) {
      return exact;
    }
  }
  return series;
}

std::optional<KernelVersion> running_kernel() {
  utsname kernel{};
  return ::uname(&kernel) == 0 ? kernel_version(kernel.release, kernel.version) : std::nullopt;
}

std::string to_string(KernelVersion version) {
  return version.patch == 0 ? fmt::format("{}.{}", version.major, version.minor)
                            : fmt::format("{}.{}.{}", version.major, version.minor, version.patch);
}

}  // namespace podsysctl::sysctl
