// SPDX-License-Identifier: Apache-2.0
// Any text as the annotation podsysctl.io/sysctls: settings with their places, each key once and
// no key or value that does not stand in the text, or an error that says something.
#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "require.h"
#include "rules/conf_text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace podsysctl;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto settings = rules::parse_conf_text(text);
  require(settings.has_value() || !settings.error().message.empty());
  if (!settings) {
    return 0;
  }
  const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
  std::set<std::string> keys;
  for (const sysctl::Setting& setting : *settings) {
    require(keys.insert(setting.key.name()).second);
    require(text.contains(setting.value));
    require(!setting.value.contains('\n'));
    require(setting.origin.line >= 1 && setting.origin.line <= lines);
  }
  return 0;
}
