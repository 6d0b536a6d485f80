// SPDX-License-Identifier: Apache-2.0
#include "policy/verdict.h"

#include <utility>

#include <fmt/core.h>

namespace podsysctl::policy {

Verdict::Verdict(Outcome outcome, std::string name, std::string_view reason, std::string message,
                 std::string hint)
    : outcome_(outcome),
      name_(std::move(name)),
      reason_(reason),
      message_(std::move(message)),
      hint_(std::move(hint)) {}

Verdict Verdict::allowed(std::string name, std::string basis) {
  return {Outcome::allowed, std::move(name), "", std::move(basis), ""};
}

Verdict Verdict::forbidden(std::string name, std::string_view reason, std::string message,
                           std::string hint) {
  return {Outcome::forbidden, std::move(name), reason, std::move(message), std::move(hint)};
}

std::string to_text(const Verdict& verdict) {
  if (verdict.is_allowed()) {
    return fmt::format("{}: allowed ({})", verdict.name(), verdict.message());
  }
  std::string text = fmt::format("{}: {}", verdict.reason(), verdict.message());
  if (!verdict.hint().empty()) {
    text += fmt::format("\nhint: {}", verdict.hint());
  }
  return text;
}

std::string status_message(std::string_view message, KubernetesVersion version) {
  constexpr unsigned kLongPrefix = 26;
  return fmt::format("{}{}", version.at_least(kLongPrefix) ? "Pod was rejected: " : "Pod ",
                     message);
}

}  // namespace podsysctl::policy
