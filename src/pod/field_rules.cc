// SPDX-License-Identifier: Apache-2.0
#include "pod/field_rules.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/strings.h"
#include "yaml/scalar.h"

namespace podsysctl::pod {
namespace {

enum class Action : std::uint8_t {
  read,    // a reader takes it
  silent,  // changes nothing here
  warn,    // "ignored: REASON"
  note,    // a warning that says more than that the field is ignored: "REASON"
  refuse,  // "REASON"
};

struct Rule {
  std::string_view kind;
  std::string_view field;  // "*": every field that the table does not name
  Action action = Action::read;
  std::string_view reason;
  std::string_view harmless = {};  // the value at which `warn` and `refuse` have nothing to say
};

using enum Action;

constexpr std::string_view kPod = "";
constexpr std::string_view kMeta = "metadata";
constexpr std::string_view kSpec = "spec";
constexpr std::string_view kPodSecurity = "spec.securityContext";
constexpr std::string_view kContainer = "spec.containers[]";
constexpr std::string_view kSecurity = "spec.containers[].securityContext";
constexpr std::string_view kUnknownSecurity =
    "unknown field of a securityContext; ignoring it could weaken the pod, so it is refused";
constexpr std::string_view kMoveToPod = "belongs to the pod; move it up to spec.securityContext";
constexpr std::string_view kMoveToContainer =
    "belongs to a container; move it to the securityContext of each container";
constexpr std::string_view kNoProbes = "no probes are run here";
constexpr std::string_view kNoScheduler = "no scheduler here";

constexpr auto kRules = std::to_array<Rule>({
    {kPod, "apiVersion"},
    {kPod, "kind"},
    {kPod, "metadata"},
    {kPod, "spec"},
    {kPod, "status", silent, ""},

    {kMeta, "name"},
    {kMeta, "generateName"},
    {kMeta, "namespace"},
    {kMeta, "labels"},
    {kMeta, "annotations"},
    {kMeta, "uid", silent, ""},
    {kMeta, "creationTimestamp", silent, ""},
    {kMeta, "deletionTimestamp", silent, ""},
    {kMeta, "deletionGracePeriodSeconds", silent, ""},
    {kMeta, "resourceVersion", silent, ""},
    {kMeta, "generation", silent, ""},
    {kMeta, "selfLink", silent, ""},
    {kMeta, "managedFields", silent, ""},
    {kMeta, "ownerReferences", warn, "no controllers here"},
    {kMeta, "finalizers", warn, "no controllers here"},

    {"ConfigMap", "apiVersion"},
    {"ConfigMap", "kind"},
    {"ConfigMap", "metadata"},
    {"ConfigMap", "data"},
    {"ConfigMap", "binaryData"},
    {"ConfigMap", "immutable", silent, ""},
    {"Secret", "apiVersion"},
    {"Secret", "kind"},
    {"Secret", "metadata"},
    {"Secret", "data"},
    {"Secret", "stringData"},
    {"Secret", "type", silent, ""},
    {"Secret", "immutable", silent, ""},

    {kSpec, "containers"},
    {kSpec, "initContainers"},
    {kSpec, "volumes"},
    {kSpec, "securityContext"},
    {kSpec, "restartPolicy"},
    {kSpec, "terminationGracePeriodSeconds"},
    {kSpec, "hostNetwork"},
    {kSpec, "hostIPC"},
    {kSpec, "hostPID"},
    {kSpec, "shareProcessNamespace"},
    {kSpec, "hostname"},
    {kSpec, "nodeSelector"},
    {kSpec, "hostAliases"},
    {kSpec, "serviceAccountName"},
    {kSpec, "ephemeralContainers", warn, "kubectl debug adds these to a running pod"},
    {kSpec, "activeDeadlineSeconds", warn, "no deadline is enforced here"},
    {kSpec, "dnsPolicy", warn, "no cluster DNS here; the host's resolv.conf is used",
     "ClusterFirst"},
    {kSpec, "dnsConfig", warn, "no cluster DNS here; the host's resolv.conf is used"},
    {kSpec, "serviceAccount", silent, ""},
    {kSpec, "automountServiceAccountToken", silent, ""},
    {kSpec, "enableServiceLinks", silent, ""},
    {kSpec, "nodeName", warn, "the pod runs on this host; use nodeSelector to bind it"},
    {kSpec, "hostUsers", refuse, "pods with a user namespace of their own are not supported",
     "true"},
    {kSpec, "imagePullSecrets"},
    {kSpec, "subdomain", warn, "no cluster DNS here"},
    {kSpec, "setHostnameAsFQDN", warn, "no cluster DNS here", "false"},
    {kSpec, "hostnameOverride", refuse, "not supported; use spec.hostname"},
    {kSpec, "affinity", warn, kNoScheduler},
    {kSpec, "tolerations", warn, kNoScheduler},
    {kSpec, "topologySpreadConstraints", warn, kNoScheduler},
    {kSpec, "schedulerName", warn, kNoScheduler, "default-scheduler"},
    {kSpec, "schedulingGates", warn, kNoScheduler},
    {kSpec, "priorityClassName", warn, kNoScheduler},
    {kSpec, "priority", warn, kNoScheduler, "0"},
    {kSpec, "preemptionPolicy", warn, kNoScheduler, "PreemptLowerPriority"},
    {kSpec, "workloadRef", warn, kNoScheduler},
    {kSpec, "readinessGates", warn, "no readiness here"},
    {kSpec, "overhead", silent, ""},
    {kSpec, "runtimeClassName", refuse,
     "runtime classes are not supported: the runtime it names may isolate the pod more strongly"},
    {kSpec, "os"},
    {kSpec, "resourceClaims", refuse, "devices by resource claim are not supported"},
    {kSpec, "resources", warn, "limits of the whole pod are not applied; set them on containers"},
    {kSpec, "sysctls", refuse, "sysctls stand one level deeper; move it to spec.securityContext"},

    {kPodSecurity, "sysctls"},
    {kPodSecurity, "runAsUser"},
    {kPodSecurity, "runAsGroup"},
    {kPodSecurity, "runAsNonRoot"},
    {kPodSecurity, "supplementalGroups"},
    {kPodSecurity, "fsGroup"},
    {kPodSecurity, "seccompProfile"},
    {kPodSecurity, "appArmorProfile"},
    {kPodSecurity, "fsGroupChangePolicy", silent, ""},
    {kPodSecurity, "seLinuxChangePolicy", silent, ""},
    {kPodSecurity, "supplementalGroupsPolicy", refuse,
     "groups of the image's /etc/group are always added; only Merge is supported", "Merge"},
    {kPodSecurity, "seLinuxOptions", refuse, "SELinux labels are not supported"},
    {kPodSecurity, "windowsOptions", refuse, "this is no Windows node"},
    {kPodSecurity, "privileged", refuse, kMoveToContainer},
    {kPodSecurity, "capabilities", refuse, kMoveToContainer},
    {kPodSecurity, "allowPrivilegeEscalation", refuse, kMoveToContainer},
    {kPodSecurity, "readOnlyRootFilesystem", refuse, kMoveToContainer},
    {kPodSecurity, "procMount", refuse, kMoveToContainer},
    {kPodSecurity, "*", refuse, kUnknownSecurity},

    {kContainer, "name"},
    {kContainer, "image"},
    {kContainer, "imagePullPolicy"},
    {kContainer, "command"},
    {kContainer, "args"},
    {kContainer, "env"},
    {kContainer, "envFrom"},
    {kContainer, "workingDir"},
    {kContainer, "securityContext"},
    {kContainer, "resources"},
    {kContainer, "ports"},
    {kContainer, "volumeMounts"},
    {kContainer, "stdin"},
    {kContainer, "tty"},
    {kContainer, "lifecycle"},
    {kContainer, "restartPolicy"},
    {kContainer, "restartPolicyRules", refuse, "restart rules of a container are not supported"},
    {kContainer, "livenessProbe", warn, kNoProbes},
    {kContainer, "readinessProbe", warn, kNoProbes},
    {kContainer, "startupProbe", warn, kNoProbes},
    {kContainer, "resizePolicy", silent, ""},
    {kContainer, "terminationMessagePath", warn, "no termination message is kept",
     "/dev/termination-log"},
    {kContainer, "terminationMessagePolicy", warn, "no termination message is kept", "File"},
    {kContainer, "stdinOnce", warn, "stdin stays open as long as the container runs", "false"},
    {kContainer, "volumeDevices", refuse, "block volumes are not supported"},
    {kContainer, "initContainers", note,
     "Kubernetes ignores initContainers inside a container, and so does podsysctl; move them up to "
     "spec, beside `containers`"},
    {kContainer, "containers", note,
     "Kubernetes ignores containers inside a container, and so does podsysctl; move them up to "
     "spec.containers"},
    {kContainer, "volumes", note,
     "Kubernetes ignores volumes inside a container, and so does podsysctl; move them up to spec"},
    {kContainer, "sysctls", refuse, kMoveToPod},

    {kSecurity, "privileged"},
    {kSecurity, "capabilities"},
    {kSecurity, "runAsUser"},
    {kSecurity, "runAsGroup"},
    {kSecurity, "runAsNonRoot"},
    {kSecurity, "readOnlyRootFilesystem"},
    {kSecurity, "allowPrivilegeEscalation"},
    {kSecurity, "seccompProfile"},
    {kSecurity, "appArmorProfile"},
    {kSecurity, "procMount", refuse, "only the Default procMount is supported", "Default"},
    {kSecurity, "seLinuxOptions", refuse, "SELinux labels are not supported"},
    {kSecurity, "windowsOptions", refuse, "this is no Windows node"},
    {kSecurity, "sysctls", refuse, kMoveToPod},
    {kSecurity, "fsGroup", refuse, kMoveToPod},
    {kSecurity, "supplementalGroups", refuse, kMoveToPod},
    {kSecurity, "*", refuse, kUnknownSecurity},

    {"securityContext.capabilities", "add"},
    {"securityContext.capabilities", "drop"},
    {"securityContext.capabilities", "*", refuse, kUnknownSecurity},
    {"securityContext.seccompProfile", "type"},
    {"securityContext.seccompProfile", "localhostProfile"},
    {"securityContext.seccompProfile", "*", refuse, kUnknownSecurity},
    {"securityContext.appArmorProfile", "type"},
    {"securityContext.appArmorProfile", "localhostProfile"},
    {"securityContext.appArmorProfile", "*", refuse, kUnknownSecurity},
    {"spec.securityContext.sysctls[]", "name"},
    {"spec.securityContext.sysctls[]", "value"},
    {"spec.os", "name"},
    {"spec.imagePullSecrets[]", "name"},
    {"spec.hostAliases[]", "ip"},
    {"spec.hostAliases[]", "hostnames"},

    {"lifecycle", "postStart", refuse,
     "hooks are not run, and the application may depend on this one; run it from the command"},
    {"lifecycle", "preStop", warn, "hooks are not run here"},
    {"lifecycle", "stopSignal", warn,
     "containers are stopped with the signal that their image asks for"},

    {"ports[]", "name"},
    {"ports[]", "containerPort"},
    {"ports[]", "hostPort"},
    {"ports[]", "hostIP"},
    {"ports[]", "protocol"},

    {"resources", "limits"},
    {"resources", "requests"},
    {"resources", "claims", refuse, "devices by resource claim are not supported"},

    {"volumeMounts[]", "name"},
    {"volumeMounts[]", "mountPath"},
    {"volumeMounts[]", "subPath"},
    {"volumeMounts[]", "subPathExpr"},
    {"volumeMounts[]", "readOnly"},
    {"volumeMounts[]", "mountPropagation"},
    {"volumeMounts[]", "recursiveReadOnly", refuse, "only Disabled is supported", "Disabled"},

    {"env[]", "name"},
    {"env[]", "value"},
    {"env[]", "valueFrom"},
    {"env[].valueFrom", "fieldRef"},
    {"env[].valueFrom", "resourceFieldRef"},
    {"env[].valueFrom", "configMapKeyRef"},
    {"env[].valueFrom", "secretKeyRef"},
    {"env[].valueFrom", "*", refuse, "this source of a variable is not supported"},
    {"fieldRef", "apiVersion", silent, ""},
    {"fieldRef", "fieldPath"},
    {"resourceFieldRef", "containerName"},
    {"resourceFieldRef", "resource"},
    {"resourceFieldRef", "divisor"},
    {"keyRef", "name"},
    {"keyRef", "key"},
    {"keyRef", "optional"},
    {"envFrom[]", "prefix"},
    {"envFrom[]", "configMapRef"},
    {"envFrom[]", "secretRef"},
    {"envFrom[]", "*", refuse, "this source of variables is not supported"},
    {"envFromRef", "name"},
    {"envFromRef", "optional"},

    {"volumes[]", "*", read, ""},
    {"emptyDir", "medium"},
    {"emptyDir", "sizeLimit"},
    {"hostPath", "path"},
    {"hostPath", "type"},
    {"configMap", "name"},
    {"configMap", "items"},
    {"configMap", "defaultMode"},
    {"configMap", "optional"},
    {"secret", "secretName"},
    {"secret", "items"},
    {"secret", "defaultMode"},
    {"secret", "optional"},
    {"items[]", "key"},
    {"items[]", "path"},
    {"items[]", "mode"},
});

// The rule of a field; else the one for every other field of that kind; else none.
const Rule* find_rule(std::string_view kind, std::string_view field) {
  const Rule* any = nullptr;
  for (const Rule& rule : kRules) {
    if (rule.kind == kind && rule.field == field) {
      return &rule;
    }
    if (rule.kind == kind && rule.field == "*") {
      any = &rule;
    }
  }
  return any;
}

std::optional<std::string_view> similar_field(std::string_view kind, std::string_view field) {
  constexpr std::size_t kLongestName = 64;
  if (field.size() > kLongestName) {
    return std::nullopt;
  }
  std::optional<std::string_view> best;
  // Two slips, as in a swap, are plausible from four letters on.
  const std::size_t most_slips = field.size() < 4 ? 1 : std::max<std::size_t>(2, field.size() / 3);
  std::size_t best_distance = most_slips + 1;
  for (const Rule& rule : kRules) {
    if (rule.kind == kind && rule.field != "*") {
      const std::size_t distance = edit_distance(field, rule.field);
      if (distance < best_distance) {
        best = rule.field;
        best_distance = distance;
      }
    }
  }
  return best;
}

std::string did_you_mean(std::string_view kind, std::string_view field) {
  const std::optional<std::string_view> similar = similar_field(kind, field);
  return similar ? fmt::format("; did you mean {}?", in_quotes(*similar)) : "";
}

bool says_nothing(const yaml::Node& node, std::string_view harmless) {
  switch (node.kind) {
    case yaml::Kind::sequence:
      return node.items.empty();
    case yaml::Kind::mapping:
      return node.entries.empty();
    case yaml::Kind::scalar:
      break;
  }
  return yaml::is_null(node) || (!harmless.empty() && node.text == harmless);
}

void judge(const yaml::Value& field, const yaml::Entry& entry, std::string_view kind,
           Problems& problems) {
  const yaml::Position at = entry.key->at;
  const Rule* const rule = find_rule(kind, entry.name);
  if (rule == nullptr) {
    problems.add(Severity::warning, field, at,
                 "unknown field, ignored as by Kubernetes" + did_you_mean(kind, entry.name));
    return;
  }
  if (rule->action == read || rule->action == silent ||
      says_nothing(field.node(), rule->harmless)) {
    return;
  }
  if (rule->action == warn) {
    problems.add(Severity::warning, field, at, fmt::format("ignored: {}", rule->reason));
  } else if (rule->action == note) {
    problems.add(Severity::warning, field, at, rule->reason);
  } else {
    const std::string hint = rule->field == "*" ? did_you_mean(kind, entry.name) : "";
    problems.refuse_field(field, at, std::string(rule->reason) + hint);
  }
}

}  // namespace

void check_fields(const yaml::Value& object, std::string_view kind, Problems& problems) {
  for (const yaml::Entry& entry : object.node().entries) {
    if (problems.is_full()) {
      return;  // looking for similar names is not free
    }
    judge(object.field(entry), entry, kind, problems);
  }
}

}  // namespace podsysctl::pod
