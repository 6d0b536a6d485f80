// SPDX-License-Identifier: Apache-2.0
// What the running kernel would say to a pod's settings: before anything is made as far as it is on
// record, and after a refused write in full. Thread-safety: as Store.
#pragma once

#include <optional>
#include <vector>

#include "node/node.h"
#include "policy/verdict.h"
#include "sysctl/probe.h"
#include "sysctl/setting.h"

namespace podsysctl::node {

// What the probe has on record of these keys. It is never asked anew: that takes longer than making
// the pod, and a write that the kernel refuses is taken back anyway.
[[nodiscard]] std::optional<sysctl::ProbeReport> kernel_answers(
    const Node& node, const std::vector<sysctl::Setting>& settings);

// The verdicts that would have come before the write that ended with `error`, had the probe been
// asked; it is asked now. None where the error says something else, or the probe knows no reason.
[[nodiscard]] std::vector<policy::Verdict> explain_refused_write(
    const Node& node, const std::vector<sysctl::Setting>& settings, const Error& error);

}  // namespace podsysctl::node
