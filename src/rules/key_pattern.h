// SPDX-License-Identifier: Apache-2.0
// Which keys an entry of a policy means: a name, or a pattern with '*'. At the end '*' stands for
// the rest of the name, as in the kubelet's allowlist (net.ipv4.*, kernel.msg*); elsewhere for one
// whole component (net.ipv4.conf.*.rp_filter). Any spelling is taken, dots or slashes.
// Errors: invalid_argument for the spelling, not_namespaced for what no pod can have of its own.
// Thread-safety: immutable value.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "sysctl/key.h"

namespace podsysctl::rules {

class KeyPattern {
 public:
  [[nodiscard]] static Result<KeyPattern> parse(std::string_view spelling);

  [[nodiscard]] bool matches(const sysctl::SysctlKey& key) const noexcept;

  // Canonical: "net.ipv4.conf.*.rp_filter".
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

  // The more of a name an entry spells out, the later it stands; a whole name stands last.
  [[nodiscard]] std::size_t weight() const noexcept;

  friend bool operator==(const KeyPattern&, const KeyPattern&) = default;

 private:
  explicit KeyPattern(std::string text) : text_(std::move(text)) {}
  [[nodiscard]] bool is_name() const noexcept { return !text_.contains('*'); }

  std::string text_;
};

// Owned by the node whatever the kernel, by its name or by the catalogue; or the pod's host name,
// which is the runtime's. No policy can give such a key to a pod.
[[nodiscard]] bool is_beyond_policies(const sysctl::SysctlKey& key);

// Why, and the way out: "…: belongs to the node …".
[[nodiscard]] std::string why_beyond_policies(const sysctl::SysctlKey& key);

}  // namespace podsysctl::rules
