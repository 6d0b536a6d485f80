// SPDX-License-Identifier: Apache-2.0
// What the rule families look at: one workload, what it asks for, and what it is held against.
// Each family is a function in a file of its own. Thread-safety: one thread per subject.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "check/context.h"
#include "check/finding.h"
#include "check/key_facts.h"
#include "check/workload.h"
#include "policy/admission.h"
#include "rules/conf_text.h"
#include "sysctl/setting.h"

namespace podsysctl::check {

// One sysctl that the workload asks for in a way that this Kubernetes listens to.
struct Wish {
  std::string_view name;                  // as written
  std::optional<std::string_view> value;  // none: it is no string
  const KeyFacts* facts = nullptr;
  policy::AskedBy asked_by = policy::AskedBy::field;
  yaml::Position name_at;
  yaml::Position value_at;
  std::size_t index = 0;        // in the field's list
  std::string_view annotation;  // the annotation's key; "" for the field
  bool refused_by_api = false;  // no kubelet ever sees it

  // podsysctl writes it, in the right order and when the pod's interfaces are there.
  [[nodiscard]] bool is_for_agent() const noexcept { return annotation == rules::kConfAnnotation; }
};

struct Subject {
  const Workload& workload;
  const Context& context;
  KeyCache& keys;
  Sink& sink;
  std::vector<Wish> wishes;
  std::vector<sysctl::Setting> annotated;  // of podsysctl.io/sysctls; wishes point into them

  [[nodiscard]] std::string path_of(const Wish& wish, std::string_view member) const;
  [[nodiscard]] Place name_place(const Wish& wish) const;
  [[nodiscard]] Place value_place(const Wish& wish) const;
};

// In this order: the API server's verdict decides what a kubelet sees.
void check_api(Subject& subject);
void check_annotations(Subject& subject);  // adds wishes, up to Kubernetes 1.10
void check_admission(Subject& subject);
void check_agent(Subject& subject);  // adds wishes that no kubelet sees
void check_placement(Subject& subject);
void check_kernel(Subject& subject);
void check_values(Subject& subject);
void check_pairs(Subject& subject);
void check_writes(Subject& subject);
void check_advice(Subject& subject);

// Reads the field into wishes.
[[nodiscard]] Subject make_subject(const Workload& workload, const Context& context, KeyCache& keys,
                                   Sink& sink);

// A sentence of the catalogue as a message or a hint, which end without a full stop.
[[nodiscard]] std::string plain_end(std::string_view sentence);

// The first wish for each key, as settings; `indices` says which wish each one is.
struct UniqueSettings {
  std::vector<sysctl::Setting> settings;
  std::vector<std::size_t> indices;
};
[[nodiscard]] UniqueSettings unique_settings(const Subject& subject);

}  // namespace podsysctl::check
