// SPDX-License-Identifier: Apache-2.0
// Any text as a script, and as a command line (one word a line): reading ends, within its limits,
// and everything found has a place inside the text.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/strings.h"
#include "require.h"
#include "shell/limits.h"
#include "shell/recognise.h"

namespace {

using namespace podsysctl;
using namespace podsysctl::shell;

void check(const std::vector<std::string>& argv) {
  const Variables environment{{"KEY", "net.core.somaxconn"}, {"VALUE", "1024"}, {"LATER", {}}};
  const Recognition found = recognise(argv, environment);
  require(found.writes.size() <= kMaxFindings);
  require(found.effects.size() <= kMaxFindings);
  for (const Write& write : found.writes) {
    require(write.at.element < argv.size());
    require(write.at.offset <= argv[write.at.element].size());
    require(!write.key_known || !write.key.empty());
    require(!write.value || write.value->find('\xff') == std::string::npos);
  }
  for (const Effect& effect : found.effects) {
    require(!effect.what.empty());
    require(effect.at.element < argv.size());
    require(effect.at.offset <= argv[effect.at.element].size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  check({"sh", "-c", text});
  std::vector<std::string> words;
  for (const std::string_view word : split(text, '\n')) {
    words.emplace_back(word);
  }
  check(words);
  return 0;
}
