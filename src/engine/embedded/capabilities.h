// SPDX-License-Identifier: Apache-2.0
// Sets of Linux capabilities by number (capabilities(7)), their names, and what `securityContext`
// makes of the default set. Names are given without or with "CAP_", in any case.
// Errors: invalid_argument for a name that no kernel knows. Thread-safety: values.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "pod/spec.h"

namespace podsysctl::engine {

class CapabilitySet {
 public:
  constexpr CapabilitySet() = default;
  constexpr explicit CapabilitySet(std::uint64_t bits) : bits_(bits) {}
  [[nodiscard]] constexpr std::uint64_t bits() const noexcept { return bits_; }
  [[nodiscard]] constexpr bool empty() const noexcept { return bits_ == 0; }
  // "CAP_CHOWN", by number. Numbers without a name known to us are left out.
  [[nodiscard]] std::vector<std::string> names() const;
  // True for a name known to us ("CAP_SYS_ADMIN") that is in the set.
  [[nodiscard]] bool has(std::string_view name) const;

  friend constexpr CapabilitySet operator&(CapabilitySet left, CapabilitySet right) {
    return CapabilitySet(left.bits_ & right.bits_);
  }
  friend constexpr CapabilitySet operator|(CapabilitySet left, CapabilitySet right) {
    return CapabilitySet(left.bits_ | right.bits_);
  }
  friend constexpr CapabilitySet operator-(CapabilitySet left, CapabilitySet right) {
    return CapabilitySet(left.bits_ & ~right.bits_);
  }
  friend auto operator<=>(const CapabilitySet&, const CapabilitySet&) = default;

 private:
  std::uint64_t bits_ = 0;
};

// Every capability that has a name.
[[nodiscard]] CapabilitySet all_capabilities();
// The fourteen that a container has unless it asks for others.
[[nodiscard]] CapabilitySet default_capabilities();
// What this process could give away: its permitted and bounding sets together.
[[nodiscard]] Result<CapabilitySet> grantable_capabilities();

// The capabilities of a container: all where it is privileged; else the default ones with ALL of
// `add`, ALL of `drop`, the names of `add` and those of `drop` applied in this order, as container
// runtimes of Kubernetes do. As far as `grantable` goes: a runtime fails on others.
[[nodiscard]] Result<CapabilitySet> container_capabilities(const pod::SecurityContext& security,
                                                           CapabilitySet grantable);

}  // namespace podsysctl::engine
