// SPDX-License-Identifier: Apache-2.0
// SysctlKey: one kernel parameter's canonical name. What cannot be a file below /proc/sys is
// unrepresentable: a key that exists is safe to walk component by component.
// Spelling rule (sysctl(8), sysctl.d(5), Kubernetes >= 1.23): the first separator decides. If it is
// '.', or there is none, the name is already dotted; if it is '/', every '.' and '/' are swapped.
// In the dotted form '/' stands for a literal dot: net.ipv4.conf.eth0/100.forwarding is the file
// net/ipv4/conf/eth0.100/forwarding.
// Thread-safety: immutable value.
#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace podsysctl::sysctl {

class SysctlKey {
 public:
  // Longest name taken, in bytes; one component is at most 255 (NAME_MAX).
  static constexpr std::size_t kMaxLength = 512;

  // Any legal spelling, or invalid_argument with the rule that it breaks: empty, too long, leading
  // or trailing separator, empty, "." or ".." component, NUL or control character, blank.
  [[nodiscard]] static Result<SysctlKey> parse(std::string_view spelling);

  // From a path below /proc/sys ("net/ipv4/conf/eth0.100/forwarding"). In addition the first
  // component has no dot, as none below /proc/sys has.
  [[nodiscard]] static Result<SysctlKey> from_path(std::string_view path);

  // The canonical dotted name.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  // The file below /proc/sys, without a leading '/'.
  [[nodiscard]] std::string path() const;

  // The path's components: {"net", "ipv4", "conf", "eth0.100", "forwarding"}.
  [[nodiscard]] std::vector<std::string> components() const;

  friend auto operator<=>(const SysctlKey&, const SysctlKey&) = default;
  friend bool operator==(const SysctlKey&, const SysctlKey&) = default;

 private:
  explicit SysctlKey(std::string name) : name_(std::move(name)) {}

  std::string name_;
};

}  // namespace podsysctl::sysctl

template <>
struct std::hash<podsysctl::sysctl::SysctlKey> {
  std::size_t operator()(const podsysctl::sysctl::SysctlKey& key) const noexcept {
    return std::hash<std::string>{}(key.name());
  }
};
