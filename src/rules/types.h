// SPDX-License-Identifier: Apache-2.0
// SysctlPolicy and SysctlProfile, podsysctl.io/v1alpha1: what admins allow, and named sets of
// settings. The same types whether they come from files or, later, from a cluster's API.
// Thread-safety: values.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/bounds.h"
#include "rules/key_pattern.h"
#include "rules/on_drift.h"
#include "rules/pod_match.h"
#include "sysctl/setting.h"

namespace podsysctl::rules {

inline constexpr std::string_view kApiVersion = "podsysctl.io/v1alpha1";
inline constexpr std::string_view kPolicyKind = "SysctlPolicy";
inline constexpr std::string_view kProfileKind = "SysctlProfile";

// Where a wish comes from.
enum class Source : std::uint8_t {
  field,             // spec.securityContext.sysctls
  annotation,        // podsysctl.io/sysctls
  profile,           // podsysctl.io/profile, and profiles that select the pod
  alpha_annotation,  // security.alpha.kubernetes.io/[unsafe-]sysctls
};
inline constexpr std::size_t kSources = 4;

// "field", "annotation", "profile", "alphaAnnotation".
[[nodiscard]] std::string_view to_string(Source source) noexcept;
[[nodiscard]] std::optional<Source> source_from_string(std::string_view text) noexcept;

class Sources {
 public:
  // What counts where no policy says anything: all but the alpha annotations.
  [[nodiscard]] static Sources by_default();

  void add(Source source) { bits_.set(static_cast<std::size_t>(source)); }
  void add(const Sources& more) { bits_ |= more.bits_; }
  [[nodiscard]] bool has(Source source) const { return bits_[static_cast<std::size_t>(source)]; }
  // "field, annotation"
  [[nodiscard]] std::string text() const;

 private:
  std::bitset<kSources> bits_;
};

// What becomes of a pod that asks for something forbidden; strictest last.
enum class OnForbidden : std::uint8_t {
  warn,     // it starts without it, with a word in its events: to try a policy out
  degrade,  // it starts without it and counts as degraded
  reject,   // it does not start
};
// "Warn", "Degrade", "Reject".
[[nodiscard]] std::string_view to_string(OnForbidden mode) noexcept;
[[nodiscard]] std::optional<OnForbidden> on_forbidden_from_string(std::string_view text) noexcept;

// Where an object stands: file and line.
struct Place {
  std::string file;
  std::size_t line = 0;
  [[nodiscard]] std::string text() const;  // "web.yaml:1"
};

struct AllowedKey {
  KeyPattern pattern;
  Bounds bounds;
};

struct SysctlPolicy {
  std::string name;
  Place place;
  PodMatch match;
  std::vector<AllowedKey> allowed;
  std::vector<KeyPattern> denied;
  // Unset where the policy does not say: then it has no part in what holds for the pod.
  std::optional<OnForbidden> on_forbidden;
  std::optional<OnDrift> on_drift;  // likewise
  std::optional<Sources> sources;

  // Those that its grants are for.
  [[nodiscard]] Sources honoured() const { return sources.value_or(Sources::by_default()); }

  // The entry that decides about a key: the one that spells out most of it. nullptr: none.
  [[nodiscard]] const AllowedKey* entry_of(const sysctl::SysctlKey& key) const noexcept;
  [[nodiscard]] const KeyPattern* denial_of(const sysctl::SysctlKey& key) const noexcept;
};

struct SysctlProfile {
  std::string name;
  Place place;
  std::optional<PodMatch> match;          // pods that get it unasked; unset: none
  std::vector<sysctl::Setting> settings;  // origin: this profile, with line and column
};

struct PolicySet {
  std::vector<SysctlPolicy> policies;   // by name
  std::vector<SysctlProfile> profiles;  // by name

  [[nodiscard]] const SysctlProfile* find_profile(std::string_view name) const noexcept;
};

}  // namespace podsysctl::rules
