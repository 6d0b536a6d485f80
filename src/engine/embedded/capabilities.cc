// SPDX-License-Identifier: Apache-2.0
#include "engine/embedded/capabilities.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/strings.h"
#include "linux/file.h"

namespace podsysctl::engine {
namespace {

// By number: capability.h of the kernel.
constexpr std::array<std::string_view, 41> kNames{"CAP_CHOWN",
                                                  "CAP_DAC_OVERRIDE",
                                                  "CAP_DAC_READ_SEARCH",
                                                  "CAP_FOWNER",
                                                  "CAP_FSETID",
                                                  "CAP_KILL",
                                                  "CAP_SETGID",
                                                  "CAP_SETUID",
                                                  "CAP_SETPCAP",
                                                  "CAP_LINUX_IMMUTABLE",
                                                  "CAP_NET_BIND_SERVICE",
                                                  "CAP_NET_BROADCAST",
                                                  "CAP_NET_ADMIN",
                                                  "CAP_NET_RAW",
                                                  "CAP_IPC_LOCK",
                                                  "CAP_IPC_OWNER",
                                                  "CAP_SYS_MODULE",
                                                  "CAP_SYS_RAWIO",
                                                  "CAP_SYS_CHROOT",
                                                  "CAP_SYS_PTRACE",
                                                  "CAP_SYS_PACCT",
                                                  "CAP_SYS_ADMIN",
                                                  "CAP_SYS_BOOT",
                                                  "CAP_SYS_NICE",
                                                  "CAP_SYS_RESOURCE",
                                                  "CAP_SYS_TIME",
                                                  "CAP_SYS_TTY_CONFIG",
                                                  "CAP_MKNOD",
                                                  "CAP_LEASE",
                                                  "CAP_AUDIT_WRITE",
                                                  "CAP_AUDIT_CONTROL",
                                                  "CAP_SETFCAP",
                                                  "CAP_MAC_OVERRIDE",
                                                  "CAP_MAC_ADMIN",
                                                  "CAP_SYSLOG",
                                                  "CAP_WAKE_ALARM",
                                                  "CAP_BLOCK_SUSPEND",
                                                  "CAP_AUDIT_READ",
                                                  "CAP_PERFMON",
                                                  "CAP_BPF",
                                                  "CAP_CHECKPOINT_RESTORE"};

constexpr std::array<std::string_view, 14> kDefault{
    "CAP_CHOWN",   "CAP_DAC_OVERRIDE", "CAP_FSETID",           "CAP_FOWNER",     "CAP_MKNOD",
    "CAP_NET_RAW", "CAP_SETGID",       "CAP_SETUID",           "CAP_SETFCAP",    "CAP_SETPCAP",
    "CAP_KILL",    "CAP_SYS_CHROOT",   "CAP_NET_BIND_SERVICE", "CAP_AUDIT_WRITE"};

std::optional<CapabilitySet> find(std::string_view full_name) {
  const auto* const found = std::ranges::find(kNames, full_name);
  if (found == kNames.end()) {
    return std::nullopt;
  }
  return CapabilitySet(std::uint64_t{1} << static_cast<unsigned>(found - kNames.begin()));
}

std::string full_name(std::string_view name) {
  std::string full;
  for (const char c : name) {
    full += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return full.starts_with("CAP_") ? full : "CAP_" + full;
}

struct Named {
  CapabilitySet set;
  bool all = false;
};

Result<Named> parse(const std::vector<std::string>& names) {
  Named named;
  for (const std::string& name : names) {
    const std::string full = full_name(name);
    if (full == "CAP_ALL") {
      named.all = true;
      continue;
    }
    const auto found = find(full);
    if (!found) {
      return Error::of(Code::invalid_argument,
                       "unknown capability {}: the names are those of capabilities(7), such as "
                       "NET_ADMIN, or ALL",
                       in_quotes(name));
    }
    named.set = named.set | *found;
  }
  return named;
}

}  // namespace

std::vector<std::string> CapabilitySet::names() const {
  std::vector<std::string> names;
  for (std::size_t number = 0; number < kNames.size(); ++number) {
    if (((bits_ >> number) & 1U) != 0) {
      names.emplace_back(kNames[number]);
    }
  }
  return names;
}

bool CapabilitySet::has(std::string_view name) const {
  const auto found = find(name);
  return found && (bits_ & found->bits_) != 0;
}

CapabilitySet all_capabilities() { return CapabilitySet((std::uint64_t{1} << kNames.size()) - 1); }

CapabilitySet default_capabilities() {
  CapabilitySet set;
  for (const std::string_view name : kDefault) {
    set = set | *find(name);
  }
  return set;
}

Result<CapabilitySet> grantable_capabilities() {
  PSYS_TRY_ASSIGN(const std::string status, linux::read_file("/proc/thread-self/status"));
  CapabilitySet grantable = all_capabilities();
  int seen = 0;
  for (const std::string_view line : split(status, '\n')) {
    if (!line.starts_with("CapPrm:") && !line.starts_with("CapBnd:")) {
      continue;
    }
    const auto bits = parse_number<std::uint64_t>(trim(line.substr(line.find(':') + 1)), 16);
    if (!bits) {
      return Error::of(Code::internal, "/proc/thread-self/status: {} is no capability set",
                       in_quotes(line));
    }
    grantable = grantable & CapabilitySet(*bits);
    ++seen;
  }
  if (seen != 2) {
    return Error::of(Code::internal, "/proc/thread-self/status shows no capability sets");
  }
  return grantable;
}

Result<CapabilitySet> container_capabilities(const pod::SecurityContext& security,
                                             CapabilitySet grantable) {
  PSYS_TRY_ASSIGN(const Named add, parse(security.capabilities.add));
  PSYS_TRY_ASSIGN(const Named drop, parse(security.capabilities.drop));
  if (security.privileged) {
    return all_capabilities() & grantable;
  }
  CapabilitySet set = default_capabilities();
  if (add.all) {
    set = all_capabilities();
  }
  if (drop.all) {
    set = CapabilitySet();
  }
  return ((set | add.set) - drop.set) & grantable;
}

}  // namespace podsysctl::engine
