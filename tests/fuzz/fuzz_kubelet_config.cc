// SPDX-License-Identifier: Apache-2.0
// Any text as a kubelet's configuration, a systemd drop-in or a policy file: values with positions,
// or an error that says something.
#include <cstdint>
#include <string_view>

#include "check/kubelet_config.h"
#include "check/kubelet_drop_in.h"
#include "check/policy_file.h"
#include "require.h"

namespace {

using namespace podsysctl;
using namespace podsysctl::check;

void judge(const std::vector<NodePattern>& patterns) {
  static const Severities severities = default_severities();
  for (const NodePattern& pattern : patterns) {
    require(pattern.place.at.line > 0);
  }
  for (const auto version :
       {policy::KubernetesVersion::release(22), policy::KubernetesVersion::release(28),
        policy::KubernetesVersion::newest()}) {
    Sink sink(severities);
    check_patterns(patterns, version, sink);
    require(sink.findings().size() <= patterns.size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto config = read_kubelet_config(text, "f");
  require(config.has_value() || !config.error().message.empty());
  if (config) {
    judge(config->patterns);
    require(config->defaults.size() == config->default_places.size());
    static const Severities severities = default_severities();
    Sink sink(severities);
    check_defaults(*config, policy::KubernetesVersion::newest(), sink);
  }
  const auto drop_in = read_kubelet_drop_in(text, "f");
  require(drop_in.has_value() || !drop_in.error().message.empty());
  if (drop_in) {
    judge(*drop_in);
  }
  const auto policy_file = read_policy_file(text, "f");
  require(policy_file.has_value() || !policy_file.error().message.empty());
  return 0;
}
