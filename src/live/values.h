// SPDX-License-Identifier: Apache-2.0
// The values in force at a target, beside what they are compared with: a fresh namespace, the host,
// and what is on record of who set them. Nothing is written.
// Errors: those of joining. A key that is not there is a row without a value.
// Thread-safety: as Store.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "live/target.h"

namespace podsysctl::live {

struct SeenValue {
  sysctl::SysctlKey key;
  std::optional<std::string> value;  // in force at the target; blanks normalised
  std::optional<std::string> fresh;  // what a fresh namespace starts with
  std::optional<std::string> host;   // as this process sees it
  std::string origin;                // "pod.yaml:8:7", "podsysctl set"; "": not set by us
  std::string remark;                // why there is no value, or whose it is; mostly ""

  // Whether it is not what a fresh namespace starts with; false where one of them is not known.
  [[nodiscard]] bool differs() const;
};

enum class Which : std::uint8_t { all, changed };

// One row a key, in the order asked for.
[[nodiscard]] Result<std::vector<SeenValue>> look_at(const FoundTarget& target,
                                                     std::span<const sysctl::SysctlKey> keys,
                                                     const Surroundings& surroundings);
// All keys that the target's own namespaces have, by name; or those that a pod may write and that
// differ from a fresh namespace.
[[nodiscard]] Result<std::vector<SeenValue>> look_around(const FoundTarget& target, Which which,
                                                         const Surroundings& surroundings);

// not_found with the first key that neither the target nor the host has.
[[nodiscard]] Result<> check_known(std::span<const SeenValue> rows, const FoundTarget& target);

// The value that this process sees; nullopt where there is none or it cannot be read.
[[nodiscard]] std::optional<std::string> value_here(const sysctl::SysctlKey& key);

}  // namespace podsysctl::live
