// SPDX-License-Identifier: Apache-2.0
// Any text as the state and as the config.json of a container: what is read of them keeps to its
// limits, what is taken over can be a sysctl, and a config.json without some members reads back.
#include <cstdint>
#include <string_view>

#include <nlohmann/json.hpp>

#include "oci/container.h"
#include "oci/given.h"
#include "oci/grants.h"
#include "oci/pod.h"
#include "require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace podsysctl;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto state = oci::read_state(text)) {
    require(state->pid >= 0 && state->bundle.starts_with('/'));
  }
  const auto spec = oci::read_spec(text, "config.json");
  if (!spec) {
    return 0;
  }
  const oci::Pod pod = oci::pod_of("0123456789abcdef", *spec);
  oci::Notes notes;
  if (const auto grants = oci::granted(pod, *spec, oci::Sharing(), "/nowhere", notes)) {
    for (const sysctl::Setting& setting : grants->settings) {
      require(sysctl::check_value_text(setting.key, setting.value).has_value());
      require(sysctl::scope_of(setting.key) != sysctl::Scope::node);
    }
  }
  const auto given = oci::given_settings(*spec, oci::Sharing(), sysctl::running_kernel());
  if (!given) {
    return 0;
  }
  for (const sysctl::Setting& setting : *given) {
    require(sysctl::scope_of(setting.key) != sysctl::Scope::node);
  }
  const auto names = oci::not_for_runtime(*given);
  if (!names.empty()) {
    const auto less = oci::without_sysctls(text, "config.json", names);
    const auto again = less ? oci::read_spec(*less, "config.json") : Result<oci::Spec>(*spec);
    require(less && again && again->sysctls.size() + names.size() == spec->sysctls.size());
  }
  return 0;
}
