// SPDX-License-Identifier: Apache-2.0
// What is remembered of the sandboxes that doors told of, for as long as they are there: enough to
// decide about them again, and what became of them. Thread-safety: none; the keeper has the lock.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/sandbox.h"
#include "live/drift_watch.h"

namespace podsysctl::agent {

enum class Outcome : std::uint8_t {
  nothing,    // asked for nothing, or was not looked at yet
  applied,    // has all that it asked for
  unchanged,  // had all of it already
  repaired,   // ran without some of it for a time
  degraded,   // runs without some or all of it; not under Warn
  rejected,
};
inline constexpr std::size_t kOutcomes = 6;
[[nodiscard]] std::string_view to_string(Outcome outcome) noexcept;

// What became of a sandbox.
struct Given {
  Outcome outcome = Outcome::nothing;
  std::vector<std::string> in_force;  // keys that are granted and were put into force
  std::vector<std::string> lapsed;  // were granted once and hold still, but nobody grants them now
  std::vector<std::string> told;    // offences that an event told of
  live::OnDrift on_drift = live::OnDrift::report;
};

// Those annotations that decide: a pod may have 256 KiB of others.
[[nodiscard]] rules::Labels what_decides(const rules::Labels& annotations);

class SandboxBook {
 public:
  // The newest that a door says of it; what became of it stays.
  void remember(const Sandbox& sandbox);
  void note(const std::string& id, Given given);
  void forget(const std::string& id);
  // A door has these and no others.
  void keep_only(std::string_view door, const std::vector<std::string>& ids);

  // nullptr: nobody told of it, or it is gone.
  [[nodiscard]] std::shared_ptr<const Sandbox> find(const std::string& id) const;
  [[nodiscard]] Given given(const std::string& id) const;
  [[nodiscard]] std::vector<std::string> of_other_doors(std::string_view door) const;
  // By the pod's uid, or the sandbox's id where it has none; nullptr: none such.
  [[nodiscard]] const Given* given_to_pod(std::string_view uid) const;
  [[nodiscard]] std::vector<std::string> all() const;
  [[nodiscard]] std::array<std::size_t, kOutcomes> by_outcome() const;

 private:
  struct Entry {
    std::shared_ptr<const Sandbox> sandbox;
    Given given;
  };
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace podsysctl::agent
