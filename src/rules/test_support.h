// SPDX-License-Identifier: Apache-2.0
// Shorthands of this folder's tests. Not part of the library.
#pragma once

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "rules/file_reader.h"

namespace podsysctl::rules {

inline PolicySet set_of(std::string_view text) {
  PolicySet set;
  const Result<> read = read_text(text, "p.yaml", set);
  EXPECT_TRUE(read.has_value()) << (read ? "" : read.error().message);
  return set;
}

// A policy with its spec's lines, each indented by two.
inline std::string policy_text(std::string_view name, std::string_view spec) {
  return "---\napiVersion: podsysctl.io/v1alpha1\nkind: SysctlPolicy\nmetadata:\n  name: " +
         std::string(name) + "\nspec:\n" + std::string(spec);
}
inline std::string profile_text(std::string_view name, std::string_view spec) {
  return "---\napiVersion: podsysctl.io/v1alpha1\nkind: SysctlProfile\nmetadata:\n  name: " +
         std::string(name) + "\nspec:\n" + std::string(spec);
}

inline sysctl::SysctlKey key_of(std::string_view name) {
  return sysctl::SysctlKey::parse(name).value();
}

}  // namespace podsysctl::rules
