// SPDX-License-Identifier: Apache-2.0
// Any text as a policy file: objects, or an error that says something; what is read can decide
// about a pod, and what it grants is within what it allows.
#include <cstdint>
#include <string_view>

#include "require.h"
#include "rules/decide.h"
#include "rules/file_reader.h"

namespace {

using namespace podsysctl;
using namespace podsysctl::rules;

const policy::Allowlist& safe_list() {
  static const policy::Allowlist list =
      policy::Allowlist::create(policy::KubernetesVersion::newest(), {}, std::nullopt).value();
  return list;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  PolicySet set;
  const Result<> read = read_text(text, "f", set);
  require(read.has_value() || !read.error().message.empty());
  if (!read) {
    return 0;
  }
  PodFacts pod;
  pod.namespace_ = "team-a";
  pod.labels = Labels{{"app", "web"}};
  pod.annotations["podsysctl.io/sysctls"] =
      "net.core.somaxconn = 4096\nnet.ipv4.tcp_rmem = 1 2 3\nvm.swappiness = 1";
  const Decision made = decide(pod, set, {safe_list(), std::nullopt, {}});
  for (const sysctl::Setting& setting : made.settings()) {
    require(!is_beyond_policies(setting.key));
    for (const SysctlPolicy& policy : set.policies) {
      require(match(policy.match, pod).answer == Answer::no ||
              policy.denial_of(setting.key) == nullptr);
    }
  }
  return 0;
}
