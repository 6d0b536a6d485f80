// SPDX-License-Identifier: Apache-2.0
// Verdict: what a rule says about one sysctl. Allowed, or forbidden with a reason code (that of the
// event and of the pod's status), the upstream message word for word, and a hint that a person can
// act on. Every layer that judges sysctls speaks in verdicts.
// Thread-safety: values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "policy/kubernetes_version.h"

namespace podsysctl::policy {

// The reason as events and `kubectl get pod` show it.
inline constexpr std::string_view kSysctlForbidden = "SysctlForbidden";

class Verdict {
 public:
  enum class Outcome : std::uint8_t { allowed, forbidden };

  // `basis` says what allows it, for explanations: "safe in Kubernetes 1.29", "pattern net.*".
  [[nodiscard]] static Verdict allowed(std::string name, std::string basis);
  [[nodiscard]] static Verdict forbidden(std::string name, std::string_view reason,
                                         std::string message, std::string hint);

  [[nodiscard]] Outcome outcome() const noexcept { return outcome_; }
  [[nodiscard]] bool is_allowed() const noexcept { return outcome_ == Outcome::allowed; }

  // The sysctl as the rule spells it; an annotation's key where the whole annotation is refused.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  // "" where allowed.
  [[nodiscard]] const std::string& reason() const noexcept { return reason_; }

  // Where forbidden, the text of the event; where allowed, the basis.
  [[nodiscard]] const std::string& message() const noexcept { return message_; }

  // One line without "hint: "; "" where allowed.
  [[nodiscard]] const std::string& hint() const noexcept { return hint_; }

 private:
  Verdict(Outcome outcome, std::string name, std::string_view reason, std::string message,
          std::string hint);

  Outcome outcome_;
  std::string name_;
  std::string reason_;
  std::string message_;
  std::string hint_;
};

// "SysctlForbidden: forbidden sysctl: \"x\" not allowlisted\nhint: …", without a newline at the
// end; "x: allowed (basis)" for an allowed one.
[[nodiscard]] std::string to_text(const Verdict& verdict);

// status.message of the rejected pod: "Pod <message>", from 1.26 on "Pod was rejected: <message>".
[[nodiscard]] std::string status_message(std::string_view message, KubernetesVersion version);

}  // namespace podsysctl::policy
