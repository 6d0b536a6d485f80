// SPDX-License-Identifier: Apache-2.0
// From rules to a BPF program: for each architecture a table of verdicts by number, merged to
// ranges and searched by halving, so that a call costs about eight comparisons.
#include "engine/embedded/seccomp.h"

#include <linux/audit.h>
#include <linux/seccomp.h>

#include <cerrno>
#include <cstddef>
#include <map>

namespace podsysctl::engine {
namespace {

constexpr std::uint32_t kX32Bit = 0x40000000U;
constexpr std::uint32_t kAllow = SECCOMP_RET_ALLOW;
constexpr std::uint32_t kRefuse = SECCOMP_RET_ERRNO | EPERM;
constexpr std::uint32_t kUnknown = SECCOMP_RET_ERRNO | ENOSYS;
constexpr std::uint32_t kAudit64 = AUDIT_ARCH_X86_64;

using Program = std::vector<sock_filter>;

struct Condition {
  std::uint8_t argument = 0;
  std::uint32_t mask = 0;
  std::uint32_t value = 0;
  friend bool operator==(const Condition&, const Condition&) = default;
};
struct Verdict {
  std::uint32_t answer = kRefuse;     // where no condition holds
  std::vector<Condition> conditions;  // any of them allows
  friend bool operator==(const Verdict&, const Verdict&) = default;
};
struct Range {
  std::uint32_t first = 0;
  Verdict verdict;
};

sock_filter statement(unsigned code, std::uint32_t k) {
  return {static_cast<__u16>(code), 0, 0, k};
}
sock_filter jump(unsigned code, std::uint32_t k, std::size_t yes, std::size_t no) {
  return {static_cast<__u16>(code), static_cast<__u8>(yes), static_cast<__u8>(no), k};
}
void append(Program& program, const Program& more) {
  program.insert(program.end(), more.begin(), more.end());
}

// The low half of a 64-bit argument: the kernel reads 32 bits of those that rules look at.
std::uint32_t offset_of_argument(std::uint8_t number) {
  return static_cast<std::uint32_t>(offsetof(seccomp_data, args) + number * sizeof(__u64));
}

Program verdict_code(const Verdict& verdict) {
  Program program;
  for (const Condition& condition : verdict.conditions) {
    program.push_back(statement(BPF_LD | BPF_W | BPF_ABS, offset_of_argument(condition.argument)));
    program.push_back(statement(BPF_ALU | BPF_AND | BPF_K, condition.mask));
    program.push_back(jump(BPF_JMP | BPF_JEQ | BPF_K, condition.value, 0, 1));
    program.push_back(statement(BPF_RET | BPF_K, kAllow));
  }
  program.push_back(statement(BPF_RET | BPF_K, verdict.answer));
  return program;
}

std::map<std::uint32_t, Verdict> verdicts(SeccompArch arch, CapabilitySet capabilities) {
  const auto column = static_cast<std::size_t>(arch);
  std::map<std::uint32_t, Verdict> table;
  for (const SeccompRule& rule : default_seccomp_rules()) {
    if (rule.numbers[column] < 0 || !rule.counts_for(capabilities)) {
      continue;
    }
    Verdict& verdict = table[static_cast<std::uint32_t>(rule.numbers[column])];
    if (rule.conditional()) {
      verdict.conditions.push_back({rule.argument, rule.mask, rule.value});
    } else if (rule.answer == SeccompRule::Answer::allow) {
      verdict.answer = kAllow;
    } else if (verdict.answer != kAllow) {
      verdict.answer = kUnknown;
    }
  }
  for (auto& [number, verdict] : table) {
    if (verdict.answer == kAllow) {
      verdict.conditions.clear();
    }
  }
  return table;
}

// Neighbours with the same verdict become one range; what lies between is refused, and unknown
// above the newest number.
std::vector<Range> ranges(SeccompArch arch, CapabilitySet capabilities) {
  const auto newest =
      static_cast<std::uint32_t>(newest_seccomp_numbers()[static_cast<std::size_t>(arch)]);
  std::vector<Range> found{{0, Verdict{}}};
  const auto put = [&found](std::uint32_t first, const Verdict& verdict) {
    if (found.back().first == first) {
      found.pop_back();
    }
    if (found.empty() || found.back().verdict != verdict) {
      found.push_back({first, verdict});
    }
  };
  auto table = verdicts(arch, capabilities);
  table.try_emplace(newest + 1, Verdict{kUnknown, {}});
  for (auto entry = table.begin(); entry != table.end(); ++entry) {
    put(entry->first, entry->second);
    const auto next = std::next(entry);
    if (next == table.end() || next->first != entry->first + 1) {
      put(entry->first + 1, entry->first >= newest ? Verdict{kUnknown, {}} : Verdict{});
    }
  }
  return found;
}

// The number is in the accumulator.
Program search(std::span<const Range> in) {
  if (in.size() == 1) {
    return verdict_code(in.front().verdict);
  }
  const std::size_t middle = in.size() / 2;
  const Program low = search(in.first(middle));
  const Program high = search(in.subspan(middle));
  Program program;
  constexpr std::size_t kFarthest = 255;
  if (low.size() <= kFarthest) {
    program.push_back(jump(BPF_JMP | BPF_JGE | BPF_K, in[middle].first, low.size(), 0));
  } else {
    program.push_back(jump(BPF_JMP | BPF_JGE | BPF_K, in[middle].first, 0, 1));
    program.push_back(statement(BPF_JMP | BPF_JA, static_cast<std::uint32_t>(low.size())));
  }
  append(program, low);
  append(program, high);
  return program;
}

std::uint32_t audit_arch(SeccompArch arch) {
  switch (arch) {
    case SeccompArch::x86_64:
    case SeccompArch::x32:
      return kAudit64;
    case SeccompArch::i386:
      return AUDIT_ARCH_I386;
    case SeccompArch::aarch64:
      return AUDIT_ARCH_AARCH64;
    case SeccompArch::arm:
      return AUDIT_ARCH_ARM;
  }
  return 0;
}

// Code that is entered with the number in the accumulator and always returns.
Program arch_code(SeccompArch arch, std::span<const SeccompArch> arches,
                  CapabilitySet capabilities) {
  Program own = search(ranges(arch, capabilities));
  if (arch != SeccompArch::x86_64) {
    return own;
  }
  // x32 calls carry x86_64's architecture and bit 30 in the number.
  Program program{jump(BPF_JMP | BPF_JGE | BPF_K, kX32Bit, 1, 0), statement(BPF_JMP | BPF_JA, 0)};
  Program other{statement(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)};
  for (const SeccompArch candidate : arches) {
    if (candidate == SeccompArch::x32) {
      other = {statement(BPF_ALU | BPF_AND | BPF_K, ~kX32Bit)};
      append(other, search(ranges(candidate, capabilities)));
    }
  }
  program[1].k = static_cast<std::uint32_t>(other.size());
  append(program, other);
  append(program, own);
  return program;
}

}  // namespace

std::vector<SeccompArch> seccomp_arches(std::string_view machine) {
  if (machine == "x86_64") {
    return {SeccompArch::x86_64, SeccompArch::i386, SeccompArch::x32};
  }
  if (machine == "aarch64") {
    return {SeccompArch::aarch64, SeccompArch::arm};
  }
  return {};
}

std::string_view oci_name(SeccompArch arch) noexcept {
  constexpr std::array<std::string_view, kSeccompArches> kNames{
      "SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32", "SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"};
  return kNames[static_cast<std::size_t>(arch)];
}

std::vector<sock_filter> compile_seccomp(std::span<const SeccompArch> arches,
                                         CapabilitySet capabilities) {
  Program program{statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch))};
  for (const SeccompArch arch : arches) {
    if (arch == SeccompArch::x32) {
      continue;  // with x86_64
    }
    Program code{statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
    append(code, arch_code(arch, arches, capabilities));
    program.push_back(jump(BPF_JMP | BPF_JEQ | BPF_K, audit_arch(arch), 1, 0));
    program.push_back(statement(BPF_JMP | BPF_JA, static_cast<std::uint32_t>(code.size())));
    append(program, code);
  }
  program.push_back(statement(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
  return program;
}

std::string encode_seccomp(std::span<const sock_filter> program) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto bytes = std::as_bytes(program);
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t j = 0; j < 3; ++j) {
      group = group << 8U | (j < count ? std::to_integer<std::uint32_t>(bytes[i + j]) : 0U);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      text += j <= count ? kDigits[group >> (18U - 6U * j) & 63U] : '=';
    }
  }
  return text;
}

}  // namespace podsysctl::engine
