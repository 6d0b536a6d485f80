// SPDX-License-Identifier: Apache-2.0
// Versions that the rules depend on: Kubernetes (a minor release of 1.x; rules never change within
// one) and the kernel as the kubelet reads it from /proc/sys/kernel/osrelease.
// Errors: invalid_argument for what is no version, unsupported for one outside 1.4 … 1.37.
// Thread-safety: immutable values.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace podsysctl::policy {

class KubernetesVersion {
 public:
  // Pod sysctls came with 1.4. A newer release than the newest known one is refused, because its
  // safe list and messages are not known.
  static constexpr unsigned kOldestMinor = 4;
  static constexpr unsigned kNewestMinor = 37;

  // For tables in the code: KubernetesVersion::release(29) is 1.29.
  [[nodiscard]] static consteval KubernetesVersion release(unsigned minor_number) {
    return KubernetesVersion(minor_number);
  }

  [[nodiscard]] static consteval KubernetesVersion newest() {
    return KubernetesVersion(kNewestMinor);
  }

  // "1.29", "v1.29", "v1.29.3", "1.29.3-gke.1+build".
  [[nodiscard]] static Result<KubernetesVersion> parse(std::string_view text);

  [[nodiscard]] constexpr unsigned minor_number() const noexcept { return minor_number_; }

  // "1.29"
  [[nodiscard]] std::string to_string() const;

  // version.at_least(23): the rule of 1.23 and later holds.
  [[nodiscard]] constexpr bool at_least(unsigned minor_number) const noexcept {
    return minor_number_ >= minor_number;
  }

  friend constexpr auto operator<=>(KubernetesVersion, KubernetesVersion) = default;

 private:
  explicit constexpr KubernetesVersion(unsigned minor_number) : minor_number_(minor_number) {}

  unsigned minor_number_;
};

// The leading dotted digits of a kernel release: "3.18.0-957.el7" is 3.18.0. What a distribution
// ported back is not considered; the kubelet does not either.
class KernelVersion {
 public:
  // Components compared; a missing one counts as 0 (4.5 equals 4.5.0).
  static constexpr std::size_t kComponents = 4;

  constexpr KernelVersion(std::uint64_t first, std::uint64_t second)
      : parts_{first, second, 0, 0} {}

  // The text of osrelease. Blanks around it and a leading 'v' are taken, as the kubelet does; at
  // least two components are needed.
  [[nodiscard]] static Result<KernelVersion> parse(std::string_view text);

  // "4.5", "5.10.1": without trailing zero components beyond the second.
  [[nodiscard]] std::string to_string() const;

  friend constexpr auto operator<=>(const KernelVersion&, const KernelVersion&) = default;

 private:
  explicit constexpr KernelVersion(std::array<std::uint64_t, kComponents> parts) : parts_(parts) {}

  std::array<std::uint64_t, kComponents> parts_;
};

}  // namespace podsysctl::policy
