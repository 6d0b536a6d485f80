// SPDX-License-Identifier: Apache-2.0
// Any text as a manifest: findings that keep what they promise, the same on each run.
#include <cstdint>
#include <string_view>
#include <utility>

#include "check/context_builder.h"
#include "check/runner.h"
#include "require.h"

namespace {

using namespace podsysctl::check;

const Context& context() {
  static const Context made = std::move(prepare_context({.allowed_unsafe_sysctls = {"net.core.*"},
                                                         .pod_security = "baseline",
                                                         .runtime = "cri-o"})
                                            ->context);
  return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Summary summary;
  const auto findings = check_text(text, context(), summary);
  require(findings.size() == summary.errors + summary.warnings + summary.infos);
  for (const Finding& finding : findings) {
    require(finding.line > 0 && finding.column > 0 && !finding.message.empty());
    require(finding.severity != Severity::off);
  }
  Summary again;
  require(check_text(text, context(), again).size() == findings.size());
  require(again.documents == summary.documents && again.workloads == summary.workloads);
  return 0;
}
