// SPDX-License-Identifier: Apache-2.0
// Golden data: what the probe found on each kernel series, one file "5.10.tsv" of key, scope,
// settability and settability in a pod with a user namespace per series. Kept: every key whose name
// belongs to a namespace; values that depend on the machine are left out. Thread-safety: pure
// functions.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sysctl/probe.h"

namespace podsysctl::kernel_test {

// Key -> "net\tpod-writable\tpod-writable".
using Golden = std::map<std::string, std::string>;

// "6.12" of the running kernel's release.
[[nodiscard]] std::string series_of(std::string_view release);

[[nodiscard]] Golden golden_of(const sysctl::ProbeReport& report);
[[nodiscard]] std::string to_text(const Golden& golden);

// not_found where there is no data for the series.
[[nodiscard]] Result<Golden> load_golden(const std::string& series);

// How complete the running kernel must be: the matrix boots the very kernels that the data is of; a
// host of the same series may be configured otherwise and lack or have more.
enum class Completeness { exact, common_keys };

// One line per difference: "net.core.rmem_max: golden net pod-read-only, here node node-only".
[[nodiscard]] std::vector<std::string> differences(const Golden& golden, const Golden& here,
                                                   Completeness completeness);

}  // namespace podsysctl::kernel_test
