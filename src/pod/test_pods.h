// SPDX-License-Identifier: Apache-2.0
// For the tests of this folder: pods from snippets, and what reading them says.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pod/manifest.h"

namespace podsysctl::pod {

// A pod `p` with one container `c`; `container` goes on at line 8 with four blanks, `spec` follows
// it with two.
inline std::string pod_text(std::string_view container, std::string_view spec = "") {
  return "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - name: c\n"
         "    image: i:1\n" +
         std::string(container) + std::string(spec);
}

// The notices, one a line, or "! " and the error.
inline std::string outcome(std::string_view text, const ReadOptions& options = {}) {
  const Result<Manifest> manifest = read_pod(text, "f", options);
  if (!manifest) {
    return "! " + manifest.error().message;
  }
  std::string lines;
  for (const Notice& notice : manifest->notices) {
    EXPECT_NE(notice.severity, Severity::error);
    lines += (lines.empty() ? "" : "\n") + notice.text();
  }
  return lines;
}

inline PodSpec pod_of(std::string_view text) {
  Result<Manifest> manifest = read_pod(text, "f");
  EXPECT_TRUE(manifest) << manifest.error().message;
  return manifest ? std::move(manifest->pod) : PodSpec{};
}

// Of the sysctls, as their author wrote them.
inline std::vector<std::string> names_of(const PodSpec& pod) {
  std::vector<std::string> names;
  names.reserve(pod.sysctls.size());
  for (const sysctl::Setting& setting : pod.sysctls) {
    names.push_back(setting.spelling.empty() ? setting.key.name() : setting.spelling);
  }
  return names;
}

struct SnippetCase {
  std::string_view snippet;
  std::string_view expected;
};

}  // namespace podsysctl::pod
