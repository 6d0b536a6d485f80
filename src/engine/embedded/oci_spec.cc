// SPDX-License-Identifier: Apache-2.0
#include "engine/embedded/oci_spec.h"

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "engine/embedded/oci_parts.h"

namespace podsysctl::engine {

std::vector<std::string> compose_command(const pod::Container& container,
                                         const ImageDefaults& image) {
  std::vector<std::string> command =
      container.command.empty() ? image.entrypoint : container.command;
  const auto append = [&command](const std::vector<std::string>& more) {
    command.insert(command.end(), more.begin(), more.end());
  };
  if (!container.args.empty()) {
    append(container.args);
  } else if (container.command.empty()) {
    append(image.command);
  }
  return command;
}

Result<OciSpec> make_oci_spec(const OciSpecInput& input) {
  const pod::SecurityContext& security = input.container.security;
  const LimitsPlan plan = plan_limits(input.container.resources, input.host.cgroups);
  PSYS_TRY_ASSIGN(const CapabilitySet capabilities,
                  container_capabilities(security, input.host.grantable));
  json::Value spec;
  // The lowest version that says all that is used: crun 1.8 refuses versions it does not know.
  spec["ociVersion"] = "1.0.2";
  PSYS_TRY_ASSIGN(spec["process"], oci::process_part(input, capabilities));
  spec["root"] = {{"path", input.rootfs}, {"readonly", security.read_only_root_filesystem}};
  PSYS_TRY_ASSIGN(spec["mounts"], oci::mounts_part(input));
  spec["linux"] = oci::linux_part(input, plan.limits);
  PSYS_TRY_ASSIGN(oci::Seccomp seccomp, oci::seccomp_part(input, capabilities));
  if (!seccomp.profile.is_null()) {
    spec["linux"]["seccomp"] = std::move(seccomp.profile);
  }
  if (!seccomp.filter.empty()) {
    spec["annotations"]["run.oci.seccomp_bpf_data"] = std::move(seccomp.filter);
  }
  return OciSpec{json::dump(spec), plan.warnings};
}

}  // namespace podsysctl::engine
