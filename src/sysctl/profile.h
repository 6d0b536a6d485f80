// SPDX-License-Identifier: Apache-2.0
// Profiles: which values an application wants, and why. Generated at build time from
// data/profiles/*.yaml (schema: data/README.md). Every key is in the catalogue.
// Thread-safety: constant data.
#pragma once

#include <span>
#include <string_view>

namespace podsysctl::sysctl {

struct ProfileSetting {
  std::string_view key;
  std::string_view value;
  std::string_view reason;
  std::string_view source;
  std::string_view effect;
  std::string_view cost;
};

struct Profile {
  std::string_view name;
  std::string_view title;
  std::string_view purpose;                       // whom it is for: one sentence
  std::span<const ProfileSetting> pod;            // what the pod asks for
  std::span<const ProfileSetting> node;           // what the node's administrator sets
  std::span<const std::string_view> application;  // what the application must do too
};

// Sorted by name.
[[nodiscard]] std::span<const Profile> profiles() noexcept;

// nullptr if there is none of that name.
[[nodiscard]] const Profile* find_profile(std::string_view name) noexcept;

}  // namespace podsysctl::sysctl
