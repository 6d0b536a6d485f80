// SPDX-License-Identifier: Apache-2.0
#include "rules/one_pod.h"

#include <sys/utsname.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "rules/conf_text.h"
#include "rules/file_reader.h"

namespace podsysctl::rules {

Result<ThisNode> ThisNode::read() {
  utsname names{};
  const bool known = ::uname(&names) == 0;
  std::optional<policy::KernelVersion> release;
  if (known) {
    if (const auto parsed = policy::KernelVersion::parse(names.release)) {
      release = *parsed;
    }
  }
  PSYS_TRY_ASSIGN(policy::Allowlist safe_list,
                  policy::Allowlist::create(policy::KubernetesVersion::newest(), {}, release));
  return ThisNode(std::move(safe_list),
                  known ? sysctl::kernel_version(names.release, names.version) : std::nullopt);
}

Result<PolicySet> read_set_if_there(const std::string& folder) {
  std::error_code failure;
  return std::filesystem::exists(folder, failure) ? read_set(folder) : Result<PolicySet>();
}

bool ask_for_anything(const Labels& annotations) {
  return annotations.contains(kConfAnnotation) || annotations.contains(kProfileAnnotation);
}

}  // namespace podsysctl::rules
