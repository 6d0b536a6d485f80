// SPDX-License-Identifier: Apache-2.0
// config.json's "seccomp": the default profile as rules, and a container's own from a file.
#include <algorithm>
#include <cerrno>
#include <set>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "engine/embedded/oci_parts.h"
#include "engine/embedded/seccomp.h"
#include "linux/file.h"

namespace podsysctl::engine::oci {
namespace {

constexpr std::size_t kProfileLimit = std::size_t{1} << 20U;

json::Value default_profile(const std::vector<SeccompArch>& arches, CapabilitySet capabilities) {
  std::set<std::string_view> allowed;  // a call may be unlocked by several capabilities
  json::Value special = json::Value::array();
  const auto reaches = [&arches](const SeccompRule& rule) {
    return std::ranges::any_of(arches, [&](SeccompArch arch) {
      return rule.numbers[static_cast<std::size_t>(arch)] >= 0;
    });
  };
  for (const SeccompRule& rule : default_seccomp_rules()) {
    if (!rule.counts_for(capabilities) || !reaches(rule)) {
      continue;
    }
    if (rule.answer == SeccompRule::Answer::enosys) {
      special.push_back(
          {{"names", {rule.name}}, {"action", "SCMP_ACT_ERRNO"}, {"errnoRet", ENOSYS}});
    } else if (rule.conditional()) {
      // In a masked comparison "value" is the mask and "valueTwo" what must be found.
      special.push_back({{"names", {rule.name}},
                         {"action", "SCMP_ACT_ALLOW"},
                         {"args",
                          {{{"index", rule.argument},
                            {"value", rule.mask},
                            {"valueTwo", rule.value},
                            {"op", "SCMP_CMP_MASKED_EQ"}}}}});
    } else {
      allowed.insert(rule.name);
    }
  }
  json::Value profile;
  profile["defaultAction"] = "SCMP_ACT_ERRNO";
  profile["defaultErrnoRet"] = EPERM;
  for (const SeccompArch arch : arches) {
    profile["architectures"].push_back(oci_name(arch));
  }
  profile["syscalls"] = json::Value::array();
  profile["syscalls"].push_back({{"names", allowed}, {"action", "SCMP_ACT_ALLOW"}});
  for (json::Value& rule : special) {
    profile["syscalls"].push_back(std::move(rule));
  }
  return profile;
}

}  // namespace

Result<Seccomp> seccomp_part(const OciSpecInput& input, CapabilitySet capabilities) {
  using Kind = pod::SeccompProfile::Kind;
  const pod::SecurityContext& security = input.container.security;
  if (security.privileged || security.seccomp.kind == Kind::unconfined) {
    return Seccomp{};
  }
  if (security.seccomp.kind == Kind::localhost) {
    const std::string& path = security.seccomp.localhost_path;
    PSYS_TRY_ASSIGN(const std::string text, linux::read_file(path, kProfileLimit));
    Seccomp seccomp;
    PSYS_TRY_ASSIGN(seccomp.profile,
                    convert_seccomp_profile(text, path, capabilities, input.host.architecture));
    return seccomp;
  }
  const std::vector<SeccompArch> arches = seccomp_arches(input.host.architecture);
  if (arches.empty()) {
    return Error::of(Code::unsupported,
                     "there is no default seccomp profile for the architecture {}: set "
                     "seccompProfile to Unconfined, or to a profile of your own",
                     in_quotes(input.host.architecture));
  }
  return Seccomp{default_profile(arches, capabilities),
                 encode_seccomp(compile_seccomp(arches, capabilities))};
}

}  // namespace podsysctl::engine::oci
