// SPDX-License-Identifier: Apache-2.0
// The default seccomp filter of containers, in the two forms that runtimes take: rules for
// config.json (libseccomp compiles them at each start: 5 ms and more an architecture), and the
// ready BPF program (annotation run.oci.seccomp_bpf_data of crun, which costs nothing). Both say
// the same; a test runs every call through both. Sources: seccomp(2), bpf(4),
// data/seccomp_default.txt. Thread-safety: pure.
#pragma once

#include <linux/filter.h>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/embedded/capabilities.h"

namespace podsysctl::engine {

enum class SeccompArch : std::uint8_t { x86_64, i386, x32, aarch64, arm };
inline constexpr std::size_t kSeccompArches = 5;
using SeccompNumbers = std::array<std::int32_t, kSeccompArches>;  // by SeccompArch; -1: none

struct SeccompRule {
  enum class Answer : std::uint8_t { allow, enosys };
  const char* name;
  std::int8_t needs;   // the capability, -1: none
  std::int8_t unless;  // counts only without this capability, -1: always
  Answer answer;
  std::uint8_t argument;
  std::uint32_t mask;  // the rule counts if (argument & mask) == value
  std::uint32_t value;
  SeccompNumbers numbers;

  [[nodiscard]] constexpr bool counts_for(CapabilitySet capabilities) const noexcept {
    const auto in = [bits = capabilities.bits()](std::int8_t n) { return ((bits >> n) & 1U) != 0; };
    return (needs < 0 || in(needs)) && (unless < 0 || !in(unless));
  }
  [[nodiscard]] constexpr bool conditional() const noexcept { return mask != 0; }
};

// Generated from the data files.
[[nodiscard]] std::span<const SeccompRule> default_seccomp_rules();
// The highest number that the table was made for, by architecture.
[[nodiscard]] SeccompNumbers newest_seccomp_numbers();

// The architectures of programs that run on this machine, its own first; none if there is no
// filter for it. `machine` as uname -m has it.
[[nodiscard]] std::vector<SeccompArch> seccomp_arches(std::string_view machine);
// "SCMP_ARCH_X86_64"
[[nodiscard]] std::string_view oci_name(SeccompArch arch) noexcept;

// The whole filter for these architectures.
[[nodiscard]] std::vector<sock_filter> compile_seccomp(std::span<const SeccompArch> arches,
                                                       CapabilitySet capabilities);
// The program as the annotation wants it: base64 of its instructions.
[[nodiscard]] std::string encode_seccomp(std::span<const sock_filter> program);

}  // namespace podsysctl::engine
