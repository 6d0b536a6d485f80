// SPDX-License-Identifier: Apache-2.0
// A probe's report kept under the state directory: valid for one boot of one kernel with one set of
// loaded modules (a module brings its own sysctls). A file that does not fit, is cut short or is
// garbage counts as none. Thread-safety: no shared state; concurrent writers replace whole files.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sysctl/probe.h"

namespace podsysctl::sysctl {

// What a cached report must agree with to be used.
struct ProbeIdentity {
  std::string boot_id;
  std::string kernel_release;
  std::string modules;  // their names, sorted, joined by blanks
  friend bool operator==(const ProbeIdentity&, const ProbeIdentity&) = default;
};
[[nodiscard]] Result<ProbeIdentity> current_identity();

// One line per key: key, scope, settability, in_user_namespace, default, note, parted by tabs,
// escaped; the last line says how many there are.
[[nodiscard]] std::string serialise(const ProbeIdentity& identity, const ProbeReport& report);
[[nodiscard]] std::optional<ProbeReport> parse_report(std::string_view text,
                                                      const ProbeIdentity& identity);

// Of a kept report only what it says about `keys` and their families, without reading the rest;
// nothing where none is kept that fits. A key that is then missing is absent, as in the report.
[[nodiscard]] std::optional<ProbeReport> look_up(std::string_view text,
                                                 const ProbeIdentity& identity,
                                                 std::span<const SysctlKey> keys);
// The same from `folder`/probe.tsv. Never probes.
[[nodiscard]] std::optional<ProbeReport> look_up_cached(const std::string& folder,
                                                        std::span<const SysctlKey> keys);

// The passive report: from `folder`/probe.tsv if it fits, else probed and kept there. A folder that
// cannot be written costs only the next call's time.
[[nodiscard]] Result<ProbeReport> probe_cached(const std::string& folder);

}  // namespace podsysctl::sysctl
