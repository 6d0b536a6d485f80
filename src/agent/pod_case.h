// SPDX-License-Identifier: Apache-2.0
// One sandbox in the keeper's hands, from the decision to the record. Thread-safety: one thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/decision_cache.h"
#include "agent/namespaces.h"
#include "agent/occasions.h"
#include "agent/report.h"
#include "agent/sandbox.h"
#include "agent/sandbox_book.h"
#include "agent/turns.h"
#include "sysctl/apply.h"
#include "sysctl/target.h"

namespace podsysctl::agent {

struct PodCase {
  std::optional<Turn>& turn;  // until its values are written
  const Sandbox& sandbox;
  Occasion occasion;
  sysctl::SysctlWriter& way_in;
  Result<OpenSandbox> open;
  DecisionCache::Decided decision;
  std::vector<std::string> by_hand;  // keys that are a person's
  Given before;
  Given given;
  sysctl::Application application;
  Report report;

  [[nodiscard]] bool is_start() const { return occasion == Occasion::start; }
  // Whether what it may not have refuses the pod.
  [[nodiscard]] bool refuses() const;
  [[nodiscard]] bool is_about_nothing() const;
  // What is decided, without what is a person's.
  [[nodiscard]] std::vector<sysctl::Setting> wanted() const;
  // Of what was applied.
  [[nodiscard]] std::vector<std::string> keys() const;
  [[nodiscard]] bool any_written() const;
  // Of a sandbox that has all that it may have.
  [[nodiscard]] Outcome outcome() const;
};

}  // namespace podsysctl::agent
