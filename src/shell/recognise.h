// SPDX-License-Identifier: Apache-2.0
// Recognises what a container's command does to kernel parameters, without running it: `sysctl` in
// all its forms, `echo`, `printf`, `cat` and `tee` into /proc/sys, files for `sysctl -p`, in shell
// scripts (POSIX, and what people use of bash) and behind sudo, nsenter, chroot, busybox and the
// like. What cannot be known before it runs is said to be unknown, never guessed.
// Limits: see shell/limits.h; what goes beyond them is reported as an effect. Time is linear.
// Thread-safety: pure function.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace podsysctl::shell {

struct Place {
  std::size_t element = 0;  // of the command line
  std::size_t offset = 0;   // byte in that element, as given
  friend bool operator==(const Place&, const Place&) = default;
};

enum class Means : std::uint8_t {
  sysctl_command,  // sysctl -w k=v
  sysctl_file,     // sysctl -p, --system
  redirection,     // echo v > /proc/sys/k
  tee,             // ... | tee /proc/sys/k
  copy,            // dd of=/proc/sys/k, cp
};

[[nodiscard]] std::string_view to_string(Means means) noexcept;

struct Write {
  std::string key;                   // as spelt; where a file is written, its path below /proc/sys
  bool key_known = true;             // false: empty, or has '?' for unknown parts, or is a pattern
  std::optional<std::string> value;  // none: not known before it runs
  Means means = Means::sysctl_command;
  Place at;
  bool certain = true;  // false: under a condition, as a fall-back, or in a part that may not run
  bool entered_net = false;  // in another network namespace than the container's (nsenter -n)
  bool entered_ipc = false;
};

// What else the command does.
struct Effect {
  enum class Reach : std::uint8_t {
    own,      // ends with the container: packages, ulimit, a remounted /proc/sys
    lasting,  // may be seen elsewhere, or is not known
  };
  std::string what;  // "runs nginx", "writes /sys/kernel/mm/transparent_hugepage/enabled"
  Place at;
  Reach reach = Reach::lasting;
};

struct Recognition {
  std::vector<Write> writes;    // in the order of the script
  std::vector<Effect> effects;  // likewise
};

// Variables that the container starts with; no value: set, but not known (valueFrom).
using Variables = std::map<std::string, std::optional<std::string>, std::less<>>;

// `argv` is command and args as the manifest has them: $(NAME) is expanded here, by Kubernetes'
// rules.
[[nodiscard]] Recognition recognise(std::span<const std::string> argv,
                                    const Variables& environment);

}  // namespace podsysctl::shell
