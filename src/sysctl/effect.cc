// SPDX-License-Identifier: Apache-2.0
#include "sysctl/effect.h"

#include <array>
#include <cstddef>

namespace podsysctl::sysctl {
namespace {

// In the order of the enumeration.
constexpr std::array<std::string_view, 12> kEffects{"",
                                                    "at-once",
                                                    "next-packet",
                                                    "next-segment",
                                                    "next-timer",
                                                    "next-socket",
                                                    "next-connection",
                                                    "next-listen",
                                                    "next-object",
                                                    "next-interface",
                                                    "next-process",
                                                    "never"};

}  // namespace

std::string_view to_string(Effect effect) noexcept {
  return kEffects.at(static_cast<std::size_t>(effect));
}

}  // namespace podsysctl::sysctl
