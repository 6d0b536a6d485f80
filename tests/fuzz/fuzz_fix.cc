// SPDX-License-Identifier: Apache-2.0
// Any text: --fix and migrate change it so that it can still be read, outside of their edits not at
// all, and doing either twice changes nothing more.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "edit/edits.h"
#include "migrate/fix.h"
#include "migrate/migrate.h"
#include "migrate/rest.h"
#include "require.h"

namespace {

using namespace podsysctl;
using namespace podsysctl::migrate;

std::string changed(std::string_view text, const std::vector<edit::Edit>& edits) {
  const std::string diff = edit::unified_diff(text, edits, "f");
  const std::string out = edit::apply_edits(text, edits);
  require(diff.empty() == (out == text));
  return out;
}

void check_fix(std::string_view text, const FixOptions& options) {
  const auto once = fix(text, "f", options);
  if (!once) {
    require(!once.error().message.empty());
    return;
  }
  require(changed(text, once->edits) == once->text);
  const auto twice = fix(once->text, "f", options);
  require(twice && twice->text == once->text);
}

void check_migrate(std::string_view text, Target target) {
  Options options;
  options.target = target;
  const auto once = migrate::migrate(text, "f", options);
  if (!once) {
    require(!once.error().message.empty());
    return;
  }
  const std::string out = changed(text, once->edits);
  (void)rest_text(once->moved, target, policy::KubernetesVersion::newest());
  const auto twice = migrate::migrate(out, "f", options);
  require(twice && edit::apply_edits(out, twice->edits) == out);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_fix(text, {});
  check_fix(text, {policy::KubernetesVersion::release(24)});
  for (const Target target : {Target::field, Target::annotation, Target::profile}) {
    check_migrate(text, target);
  }
  return 0;
}
