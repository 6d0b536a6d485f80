// SPDX-License-Identifier: Apache-2.0
#include "cli/target_value.h"

#include <array>
#include <utility>
#include <vector>

#include "cli/live_context.h"
#include "live/values.h"

namespace podsysctl::cli {

Result<TargetValue> value_at(const std::string& target, const sysctl::SysctlKey& key,
                             const std::string& root) {
  PSYS_TRY_ASSIGN(const auto context, LiveContext::open(root, Purpose::look));
  PSYS_TRY_ASSIGN(const live::FoundTarget found,
                  live::find_target(target, context->surroundings()));
  const std::array keys{key};
  PSYS_TRY_ASSIGN(std::vector<live::SeenValue> rows,
                  live::look_at(found, keys, context->surroundings()));
  live::SeenValue& row = rows.front();
  return TargetValue{target, std::move(row.value), std::move(row.remark)};
}

}  // namespace podsysctl::cli
