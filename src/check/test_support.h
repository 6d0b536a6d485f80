// SPDX-License-Identifier: Apache-2.0
// Shorthands of this folder's tests. Not part of the library.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "check/context_builder.h"
#include "check/runner.h"

namespace podsysctl::check {

inline Context context_of(const ContextOptions& options = {}) {
  auto prepared = prepare_context(options);
  EXPECT_TRUE(prepared) << (prepared ? "" : prepared.error().message);
  return std::move(prepared->context);
}

inline std::vector<Finding> findings_in(std::string_view text, const ContextOptions& options = {}) {
  Summary summary;
  return check_text(text, context_of(options), summary);
}

// "PSC101 PSC301", in the order found.
inline std::string rules_in(const std::vector<Finding>& findings) {
  std::vector<std::string> ids;
  for (const Finding& finding : findings) {
    ids.push_back(id_of(finding.rule));
  }
  return join(ids, " ");
}
inline std::string rules_in(std::string_view text, const ContextOptions& options = {}) {
  return rules_in(findings_in(text, options));
}

inline const Finding* find_rule(const std::vector<Finding>& findings, Rule rule) {
  const auto found = std::ranges::find(findings, rule, &Finding::rule);
  return found == findings.end() ? nullptr : &*found;
}

// A Pod with these sysctls; values are written as given, quotes and all.
inline std::string pod_with(const std::vector<std::pair<std::string, std::string>>& sysctls,
                            std::string_view spec = "") {
  std::string text = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec:\n";
  text += spec;
  text += "  securityContext:\n    sysctls:\n";
  for (const auto& [name, value] : sysctls) {
    text += fmt::format("    - name: {}\n      value: {}\n", name, value);
  }
  return text;
}

// The flags of a documentation line, as the command takes them.
inline ContextOptions options_from(std::string_view flags) {
  ContextOptions options;
  const std::vector<std::string_view> words = split_words(flags);
  for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
    const std::string value(words[i + 1]);
    if (words[i] == "--kubernetes-version") {
      options.kubernetes_version = value;
    } else if (words[i] == "--kernel-version") {
      options.kernel_version = value;
    } else if (words[i] == "--allowed-unsafe-sysctls") {
      options.allowed_unsafe_sysctls = {value};
    } else if (words[i] == "--pod-security") {
      options.pod_security = value;
    } else if (words[i] == "--runtime") {
      options.runtime = value;
    } else if (words[i] == "--policy") {
      options.policies.push_back(std::string(PSYS_GOLDEN) + "/" + value);
    } else {
      ADD_FAILURE() << "no flag of this test: " << words[i];
    }
  }
  return options;
}

}  // namespace podsysctl::check
