// SPDX-License-Identifier: Apache-2.0
#include "pod/security_reader.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "base/strings.h"
#include "pod/names.h"

namespace podsysctl::pod {
namespace {

constexpr std::int64_t kLargestId = std::numeric_limits<std::int32_t>::max();

template <class T>
void override_with(T& target, const auto& given) {
  if (given) {
    target = *given;
  }
}

void read_seccomp(const ObjectReader& context, SeccompProfile& seccomp) {
  const auto profile = context.object("seccompProfile", "securityContext.seccompProfile");
  if (!profile) {
    return;
  }
  const auto type = profile->required_text("type");
  const auto path = profile->text("localhostProfile", check_relative_path);
  if (!type) {
    return;
  }
  using Kind = SeccompProfile::Kind;
  constexpr std::array<std::pair<std::string_view, Kind>, 3> kTypes{
      {{"RuntimeDefault", Kind::runtime_default},
       {"Unconfined", Kind::unconfined},
       {"Localhost", Kind::localhost}}};
  const auto found = std::ranges::find(kTypes, *type, &std::pair<std::string_view, Kind>::first);
  if (found == kTypes.end()) {
    profile->error_in("type",
                      in_quotes(*type) + " must be RuntimeDefault, Unconfined or Localhost");
    return;
  }
  seccomp = {found->second, path.value_or("")};
  if (seccomp.kind == Kind::localhost && !profile->field("localhostProfile")) {
    profile->error_in("localhostProfile", "required for type Localhost");
  } else if (seccomp.kind != Kind::localhost && path) {
    profile->error_in("localhostProfile", "only for type Localhost");
  }
}

void read_apparmor(const ObjectReader& context) {
  const auto profile = context.object("appArmorProfile", "securityContext.appArmorProfile");
  if (!profile) {
    return;
  }
  const auto type = profile->required_text("type");
  if (!type || *type == "Unconfined") {
    return;
  }
  if (*type == "RuntimeDefault") {
    profile->problems().warn(profile->value(),
                             "ignored: AppArmor profiles are not applied; seccomp and dropped "
                             "capabilities are");
    return;
  }
  profile->error_in("type",
                    "AppArmor profiles of this host are not supported: only RuntimeDefault "
                    "and Unconfined");
}

void read_common(const ObjectReader& context, SecurityContext& security) {
  const auto user = context.integer("runAsUser", 0, kLargestId);
  const auto group = context.integer("runAsGroup", 0, kLargestId);
  security.run_as_user = user ? user : security.run_as_user;
  security.run_as_group = group ? group : security.run_as_group;
  override_with(security.run_as_non_root, context.flag("runAsNonRoot"));
  read_seccomp(context, security.seccomp);
  read_apparmor(context);
}

std::string capability_name(const ObjectReader& context, std::string name) {
  std::ranges::transform(name, name.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  if (name.starts_with("CAP_")) {
    context.problems().warn(context.value(),
                            fmt::format("{}: Kubernetes wants it without CAP_", in_quotes(name)));
    name.erase(0, 4);
  }
  return name;
}

void read_capabilities(const ObjectReader& context, Capabilities& capabilities) {
  const auto object = context.object("capabilities", "securityContext.capabilities");
  if (!object) {
    return;
  }
  for (std::string& name : object->texts("add")) {
    capabilities.add.push_back(capability_name(*object, std::move(name)));
  }
  for (std::string& name : object->texts("drop")) {
    capabilities.drop.push_back(capability_name(*object, std::move(name)));
  }
}

// What the API refuses, because the two contradict each other.
void check_escalation(const ObjectReader& context, const SecurityContext& security) {
  if (security.allow_privilege_escalation) {
    return;
  }
  if (security.privileged) {
    context.error("allowPrivilegeEscalation: false contradicts privileged: true");
  } else if (std::ranges::find(security.capabilities.add, "SYS_ADMIN") !=
             security.capabilities.add.end()) {
    context.error("allowPrivilegeEscalation: false contradicts the capability SYS_ADMIN");
  }
}

}  // namespace

SecurityContext read_pod_security(const ObjectReader& spec, PodSpec& pod) {
  SecurityContext security;
  const auto context = spec.object("securityContext", "spec.securityContext");
  if (!context) {
    return security;
  }
  read_common(*context, security);
  for (const yaml::Value& item : context->list("supplementalGroups")) {
    const auto group = context->problems().keep(item, item.as_int());
    if (group && (*group < 0 || *group > kLargestId)) {
      context->problems().error(item,
                                fmt::format("must be from 0 to {}, but is {}", kLargestId, *group));
    } else if (group) {
      security.supplemental_groups.push_back(*group);
    }
  }
  pod.fs_group = context->integer("fsGroup", 0, kLargestId);
  if (pod.fs_group) {
    security.supplemental_groups.push_back(*pod.fs_group);
  }
  return security;
}

SecurityContext read_container_security(const ObjectReader& container,
                                        const SecurityContext& inherited) {
  SecurityContext security = inherited;
  if (const auto context =
          container.object("securityContext", "spec.containers[].securityContext")) {
    read_common(*context, security);
    override_with(security.privileged, context->flag("privileged"));
    override_with(security.read_only_root_filesystem, context->flag("readOnlyRootFilesystem"));
    override_with(security.allow_privilege_escalation, context->flag("allowPrivilegeEscalation"));
    read_capabilities(*context, security.capabilities);
    check_escalation(*context, security);
  }
  if (security.privileged) {
    security.seccomp = {SeccompProfile::Kind::unconfined, ""};  // as container runtimes do
  }
  if (security.run_as_non_root && security.run_as_user == 0) {
    container.error("runAsNonRoot: true contradicts runAsUser: 0");
  }
  return security;
}

}  // namespace podsysctl::pod
