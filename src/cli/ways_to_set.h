// SPDX-License-Identifier: Apache-2.0
// How a key is set, as text to copy: the pod's field, `docker run --sysctl`, a privileged init
// container; for what only the node may set, a line of sysctl.d. Each way says what it needs or why
// it does not work. Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/kernel_facts.h"

namespace podsysctl::cli {

struct Way {
  std::string name;  // "pod", "docker", "init-container", "node": stable, for JSON
  std::string title;
  bool works = true;
  std::string needs;  // what it takes, or why it does not work
  std::string text;   // to copy, several lines; "" where it does not work
};

[[nodiscard]] std::vector<Way> ways_to_set(const KeyFacts& facts, std::string_view value);

// Whether a pod may ask for the key by Kubernetes' rules, and who has to allow it.
[[nodiscard]] std::string kubernetes_rule(const KeyFacts& facts);

// Why a pod has the host's value of the key, or one of its own.
[[nodiscard]] std::string inheritance_of(const KeyFacts& facts);

}  // namespace podsysctl::cli
