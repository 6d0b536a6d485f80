// SPDX-License-Identifier: Apache-2.0
// What is to be known of a sysctl's name in a given context. A tree of manifests asks for the same
// few names again and again, so each is worked out once.
// Thread-safety: one thread per cache.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "check/context.h"
#include "sysctl/catalog.h"
#include "sysctl/key.h"
#include "sysctl/scope.h"

namespace podsysctl::check {

struct KeyFacts {
  std::optional<sysctl::SysctlKey> key;  // none: no file below /proc/sys can have this name
  const sysctl::Entry* entry = nullptr;  // of the catalogue
  sysctl::Settability settability = sysctl::Settability::pod_writable;  // predicted, with an entry
  bool valid_name = false;                                              // the API server takes it
  bool listed = false;   // the kubelet's allowlist holds it
  bool related = false;  // a rule between keys names it
};

class KeyCache {
 public:
  explicit KeyCache(const Context& context) : context_(context) {}

  // Valid until the next call of tidy().
  [[nodiscard]] const KeyFacts& of(std::string_view name);

  // Keeps a hostile input from filling the memory. Between two objects.
  void tidy();

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };
  const Context& context_;
  std::unordered_map<std::string, KeyFacts, Hash, std::equal_to<>> facts_;
};

}  // namespace podsysctl::check
