// SPDX-License-Identifier: Apache-2.0
// Any text as a sysctl's name, as its value (after the first line), as an assignment and as an
// alpha annotation: what is taken keeps its promises, everything else is an error.
#include <cstdint>
#include <string>
#include <string_view>

#include "policy/alpha_annotations.h"
#include "policy/kubernetes_version.h"
#include "policy/names.h"
#include "require.h"
#include "sysctl/scope.h"
#include "sysctl/setting.h"
#include "sysctl/value.h"

namespace {

using namespace podsysctl;

// A key can be written down and read again, and its path stays below /proc/sys.
void check_key(const sysctl::SysctlKey& key) {
  require(*sysctl::SysctlKey::parse(key.name()) == key);
  require(*sysctl::SysctlKey::from_path(key.path()) == key);
  for (const std::string& component : key.components()) {
    require(!component.empty() && component != "." && component != "..");
    require(component.find('/') == std::string::npos && component.find('\0') == std::string::npos);
  }
  require(!to_string(scope_of(key)).empty());
}

void check_promises(const sysctl::SysctlKey& key, std::string_view value) {
  if (sysctl::check_value_text(key, value) && sysctl::check_value(key, value)) {
    require(sysctl::same_value(key, value, value));
    const std::string normalised = sysctl::normalise(value);
    require(sysctl::normalise(normalised) == normalised);
  }
}

void check_annotation(std::string_view text) {
  if (const auto entries = policy::parse_sysctls_annotation(text)) {
    for (const auto& entry : *entries) {
      require(!entry.name.empty());
      require(entry.value.find(',') == std::string::npos);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::size_t line = text.find('\n');
  const std::string name = text.substr(0, line);
  const std::string value = line == std::string::npos ? "" : text.substr(line + 1);
  if (const auto key = sysctl::SysctlKey::parse(name)) {
    check_key(*key);
    check_promises(*key, value);
  }
  if (const auto setting = sysctl::parse_assignment(text, {})) {
    check_key(setting->key);
  }
  check_annotation(text);
  static_cast<void>(policy::is_valid_pattern(name, policy::KubernetesVersion::newest()));
  return 0;
}
