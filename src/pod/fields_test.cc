// SPDX-License-Identifier: Apache-2.0
// Field by field: what is read wrongly, ignored with a word, or refused.
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pod/container_reader.h"
#include "pod/test_pods.h"

namespace podsysctl::pod {
namespace {

constexpr std::string_view kSysctls = "  securityContext:\n    sysctls:\n";

TEST(Sysctls, Faults) {
  const SnippetCase cases[] = {
      {"    - {name: net.core.somaxconn, value: 65535}\n",
       "! f:10:41: spec.securityContext.sysctls[0].value: must be a string; write \"65535\" in "
       "quotes"},
      {"    - {name: net.core.somaxconn, value: yes}\n",
       "! f:10:41: spec.securityContext.sysctls[0].value: must be a string; write \"yes\" in "
       "quotes"},
      {"    - {name: net.core.somaxconn}\n",
       "! f:10:7: spec.securityContext.sysctls[0].value: required; write it in quotes: value: "
       "\"1\""},
      {"    - {value: '1'}\n", "! f:10:7: spec.securityContext.sysctls[0].name: required"},
      {"    - {name: '', value: '1'}\n",
       "! f:10:14: spec.securityContext.sysctls[0].name: required"},
      {"    - {name: net/../kernel/core_pattern, value: '1'}\n",
       "! f:10:14: spec.securityContext.sysctls[0].name: invalid sysctl name "
       "\"net/../kernel/core_pattern\": \".\" and \"..\" are not allowed between separators; write "
       "it as sysctl(8) shows it (net.core.somaxconn), or with slashes where an interface name has "
       "a dot (net/ipv4/conf/eth0.100/forwarding)"},
      {"    - net.core.somaxconn=1\n",
       "! f:10:7: spec.securityContext.sysctls[0]: must be a mapping, but is a string"},
      {"    - {name: net.core.somaxconn, value: '1', vaule: '2'}\n",
       "f:10:46: spec.securityContext.sysctls[0].vaule: unknown field, ignored as by Kubernetes; "
       "did you mean \"value\"?"},
      {"      net.core.somaxconn: '1'\n",
       "! f:10:7: spec.securityContext.sysctls: must be a list, but is a mapping"},
      {"    - {name: kernel.sem, value: ''}\n", ""},
  };
  for (const auto& [snippet, expected] : cases) {
    EXPECT_EQ(outcome(pod_text("", std::string(kSysctls) + std::string(snippet))), expected)
        << snippet;
  }
}

TEST(Sysctls, InTheWrongPlace) {
  EXPECT_EQ(outcome(pod_text("    securityContext:\n      sysctls: [{name: a, value: '1'}]\n")),
            "! f:9:7: spec.containers[0].securityContext.sysctls: belongs to the pod; move it up "
            "to spec.securityContext");
  EXPECT_EQ(outcome(pod_text("    sysctls: [{name: a, value: '1'}]\n")),
            "! f:8:5: spec.containers[0].sysctls: belongs to the pod; move it up to "
            "spec.securityContext");
  EXPECT_EQ(outcome(pod_text("", "  sysctls: [{name: a, value: '1'}]\n")),
            "! f:8:3: spec.sysctls: sysctls stand one level deeper; move it to "
            "spec.securityContext");
}

TEST(Sysctls, FieldOnAnOldKubernetes) {
  ReadOptions options;
  options.pod.version = policy::KubernetesVersion::release(10);
  const std::string text =
      pod_text("", std::string(kSysctls) + "    - {name: kernel.sem, value: '1'}\n");
  EXPECT_NE(outcome(text, options), "") << "1.10 does not know the field";
  EXPECT_EQ(outcome(text), "");
}

std::string annotated(std::string_view annotations) {
  return "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n  annotations:\n" +
         std::string(annotations) + "spec: {containers: [{name: c, image: 'i:1'}]}\n";
}

TEST(Annotations, BothInTheOrderOfTheKubelet) {
  const PodSpec pod = pod_of(annotated(
      "    security.alpha.kubernetes.io/unsafe-sysctls: net.core.somaxconn=1,kernel.sem=1 2 3 4\n"
      "    security.alpha.kubernetes.io/sysctls: kernel.shm_rmid_forced=1\n"));
  EXPECT_THAT(names_of(pod),
              testing::ElementsAre("kernel.shm_rmid_forced", "net.core.somaxconn", "kernel.sem"));
  EXPECT_EQ(pod.sysctls[2].value, "1 2 3 4");
  EXPECT_EQ(pod.sysctls[2].origin.line, 6U);
  EXPECT_TRUE(pod_of(annotated("    security.alpha.kubernetes.io/sysctls: ''\n")).sysctls.empty());
}

TEST(Annotations, Faults) {
  const std::string path = "metadata.annotations[security.alpha.kubernetes.io/unsafe-sysctls]: ";
  EXPECT_EQ(outcome(annotated("    security.alpha.kubernetes.io/unsafe-sysctls: a=1,b\n")),
            "! f:6:50: " + path +
                "Invalid value: \"a=1,b\": sysctl \"b\" not of the format sysctl_name=value; write "
                "name=value pairs with ',' between them");
  const std::string both =
      outcome(annotated("    security.alpha.kubernetes.io/sysctls: kernel.sem=1\n"
                        "    security.alpha.kubernetes.io/unsafe-sysctls: kernel.sem=2\n"));
  EXPECT_EQ(both, "! f:7:50: " + path +
                      "Invalid value: \"kernel.sem\": can not be safe and unsafe; keep each sysctl "
                      "in one of the two annotations");
}

TEST(Fields, OfThePodSpec) {
  const SnippetCase cases[] = {
      {"  tolerations: [{operator: Exists}]\n",
       "f:8:3: spec.tolerations: ignored: no scheduler here"},
      {"  tolerations: []\n", ""},
      {"  affinity: ~\n", ""},
      {"  activeDeadlineSeconds: 5\n",
       "f:8:3: spec.activeDeadlineSeconds: ignored: no deadline is enforced here"},
      {"  dnsPolicy: ClusterFirst\n", ""},
      {"  dnsPolicy: None\n",
       "f:8:3: spec.dnsPolicy: ignored: no cluster DNS here; the host's resolv.conf is used"},
      {"  schedulerName: default-scheduler\n", ""},
      {"  hostUsers: true\n", ""},
      {"  hostUsers: false\n",
       "! f:8:3: spec.hostUsers: pods with a user namespace of their own are not supported"},
      {"  runtimeClassName: gvisor\n",
       "! f:8:3: spec.runtimeClassName: runtime classes are not supported: the runtime it names "
       "may "
       "isolate the pod more strongly"},
      {"  os: {name: windows}\n", "! f:8:14: spec.os.name: \"windows\": this is a Linux host"},
      {"  hostPID: true\n  shareProcessNamespace: true\n",
       "! f:9:26: spec.shareProcessNamespace: hostPID and shareProcessNamespace cannot both be "
       "true"},
      {"  restartPolicy: Sometimes\n",
       "! f:8:18: spec.restartPolicy: \"Sometimes\" must be Always, OnFailure or Never"},
      {"  terminationGracePeriodSeconds: -1\n",
       "! f:8:34: spec.terminationGracePeriodSeconds: must be from 0 to 2147483647, but is -1"},
      {"  hostNetwok: true\n",
       "f:8:3: spec.hostNetwok: unknown field, ignored as by Kubernetes; did you mean "
       "\"hostNetwork\"?"},
      {"  completelyOther: true\n",
       "f:8:3: spec.completelyOther: unknown field, ignored as by Kubernetes"},
      {"  hostAliases: [{ip: 1.2.3, hostnames: [a]}]\n",
       "! f:8:22: spec.hostAliases[0].ip: \"1.2.3\" must be an IP address"},
      {"  nodeSelector: {a b: c}\n",
       "! f:8:23: spec.nodeSelector[a b]: \"a b\" must be a name of at most 63 letters, digits, "
       "'-', '_' and '.', with a DNS name and '/' before it where wanted (example.com/name)"},
      {"  initContainers: [{name: c, image: i}]\n",
       "! f:6:5: spec.containers[0]: a second container named \"c\""},
      {"  initContainers: [{name: s, image: i, restartPolicy: Always}]\n",
       "! f:8:55: spec.initContainers[0].restartPolicy: sidecars (init containers with "
       "restartPolicy: Always) are not supported; move this container to spec.containers"},
  };
  for (const auto& [snippet, expected] : cases) {
    EXPECT_EQ(outcome(pod_text("", snippet)), expected) << snippet;
  }
}

TEST(Fields, OfSecurityContexts) {
  const SnippetCase pod_cases[] = {
      {"{privileged: true}",
       "! f:8:21: spec.securityContext.privileged: belongs to a container; move it to the "
       "securityContext of each container"},
      {"{seLinuxOptions: {level: s0}}",
       "! f:8:21: spec.securityContext.seLinuxOptions: SELinux labels are not supported"},
      {"{windowsOptions: {hostProcess: true}}",
       "! f:8:21: spec.securityContext.windowsOptions: this is no Windows node"},
      {"{runAsUserName: x}",
       "! f:8:21: spec.securityContext.runAsUserName: unknown field of a securityContext; ignoring "
       "it could weaken the pod, so it is refused; did you mean \"runAsUser\"?"},
      {"{runAsUser: root}",
       "! f:8:32: spec.securityContext.runAsUser: must be a number, but is a string"},
      {"{runAsUser: '0'}",
       "! f:8:32: spec.securityContext.runAsUser: must be a number; write 0 without quotes"},
      {"{runAsUser: -1}",
       "! f:8:32: spec.securityContext.runAsUser: must be from 0 to 2147483647, but is -1"},
      {"{supplementalGroups: [1, -2]}",
       "! f:8:45: spec.securityContext.supplementalGroups[1]: must be from 0 to 2147483647, but is "
       "-2"},
      {"{supplementalGroupsPolicy: Merge, fsGroupChangePolicy: Always}", ""},
      {"{supplementalGroupsPolicy: Strict}",
       "! f:8:21: spec.securityContext.supplementalGroupsPolicy: groups of the image's /etc/group "
       "are always added; only Merge is supported"},
      {"{seccompProfile: {type: Other}}",
       "! f:8:44: spec.securityContext.seccompProfile.type: \"Other\" must be RuntimeDefault, "
       "Unconfined or Localhost"},
      {"{seccompProfile: {type: Localhost}}",
       "! f:8:37: spec.securityContext.seccompProfile.localhostProfile: required for type "
       "Localhost"},
      {"{seccompProfile: {type: Unconfined, localhostProfile: a}}",
       "! f:8:74: spec.securityContext.seccompProfile.localhostProfile: only for type Localhost"},
      {"{seccompProfile: {type: Localhost, localhostProfile: ../a}}",
       "! f:8:73: spec.securityContext.seccompProfile.localhostProfile: \"../a\" must not contain "
       "\"..\""},
      {"{appArmorProfile: {type: Unconfined}}", ""},
      {"{appArmorProfile: {type: RuntimeDefault}}",
       "f:8:38: spec.securityContext.appArmorProfile: ignored: AppArmor profiles are not applied; "
       "seccomp and dropped capabilities are"},
      {"{appArmorProfile: {type: Localhost, localhostProfile: x}}",
       "! f:8:45: spec.securityContext.appArmorProfile.type: AppArmor profiles of this host are "
       "not supported: only RuntimeDefault and Unconfined"},
  };
  for (const auto& [snippet, expected] : pod_cases) {
    EXPECT_EQ(outcome(pod_text("", "  securityContext: " + std::string(snippet) + "\n")), expected)
        << snippet;
  }
  const SnippetCase container_cases[] = {
      {"{privileged: true, allowPrivilegeEscalation: false}",
       "! f:8:22: spec.containers[0].securityContext: allowPrivilegeEscalation: false contradicts "
       "privileged: true"},
      {"{capabilities: {add: [SYS_ADMIN]}, allowPrivilegeEscalation: false}",
       "! f:8:22: spec.containers[0].securityContext: allowPrivilegeEscalation: false contradicts "
       "the capability SYS_ADMIN"},
      {"{runAsNonRoot: true, runAsUser: 0}",
       "! f:6:5: spec.containers[0]: runAsNonRoot: true contradicts runAsUser: 0"},
      {"{procMount: Default}", ""},
      {"{procMount: Unmasked}",
       "! f:8:23: spec.containers[0].securityContext.procMount: only the Default procMount is "
       "supported"},
      {"{fsGroup: 1}",
       "! f:8:23: spec.containers[0].securityContext.fsGroup: belongs to the pod; move it up to "
       "spec.securityContext"},
      {"{capabilities: {ad: [X]}}",
       "! f:8:38: spec.containers[0].securityContext.capabilities.ad: unknown field of a "
       "securityContext; ignoring it could weaken the pod, so it is refused; did you mean "
       "\"add\"?"},
      {"{privileged: 'true'}",
       "! f:8:35: spec.containers[0].securityContext.privileged: must be a boolean; write true "
       "without quotes"},
  };
  for (const auto& [snippet, expected] : container_cases) {
    EXPECT_EQ(outcome(pod_text("    securityContext: " + std::string(snippet) + "\n")), expected)
        << snippet;
  }
}

TEST(Fields, OfContainers) {
  const SnippetCase cases[] = {
      {"livenessProbe: {exec: {command: [x]}}",
       "f:8:5: spec.containers[0].livenessProbe: ignored: no probes are run here"},
      {"lifecycle: {preStop: {exec: {command: [x]}}}",
       "f:8:17: spec.containers[0].lifecycle.preStop: ignored: hooks are not run here"},
      {"lifecycle: {postStart: {exec: {command: [x]}}}",
       "! f:8:17: spec.containers[0].lifecycle.postStart: hooks are not run, and the application "
       "may depend on this one; run it from the command"},
      {"volumeDevices: [{name: x}]",
       "! f:8:5: spec.containers[0].volumeDevices: block volumes are not supported"},
      {"restartPolicy: Never",
       "! f:8:20: spec.containers[0].restartPolicy: a restart policy per container is not "
       "supported; use spec.restartPolicy"},
      {"imagePullPolicy: Sometimes",
       "! f:8:22: spec.containers[0].imagePullPolicy: \"Sometimes\" must be Always, IfNotPresent "
       "or Never"},
      {"workingDir: srv", "! f:8:17: spec.containers[0].workingDir: \"srv\" must start with '/'"},
      {"command: ls", "! f:8:14: spec.containers[0].command: must be a list, but is a string"},
      {"command: [sleep, 5]",
       "! f:8:22: spec.containers[0].command[1]: must be a string; write \"5\" in quotes"},
      {"resources: {limits: {cpu: 1x}}",
       "! f:8:31: spec.containers[0].resources.limits.cpu: \"1x\" is not a quantity; examples: "
       "500m, 2, 128Mi, 1.5Gi, 64k, 1e3"},
      {"resources: {limits: {cpu: -1}}",
       "! f:8:31: spec.containers[0].resources.limits.cpu: must not be negative"},
      {"resources: {limits: {memory: 400m}}",
       "f:8:34: spec.containers[0].resources.limits.memory: \"400m\" of memory is less than a "
       "byte: m stands for thousandths; mebibytes are Mi"},
      {"resources: {limits: {nvidia.com/gpu: 1}}",
       "! f:8:42: spec.containers[0].resources.limits[nvidia.com/gpu]: only cpu and memory are "
       "supported: there are no device plugins here"},
      {"resources: {limits: {cpu: 1}, requests: {cpu: 1500m}}",
       "! f:8:45: spec.containers[0].resources.requests: cpu 1500m is more than its limit of "
       "1000m"},
      {"ports: [{hostPort: 80}]", "! f:8:13: spec.containers[0].ports[0].containerPort: required"},
      {"ports: [{containerPort: 65536}]",
       "! f:8:29: spec.containers[0].ports[0].containerPort: must be from 1 to 65535, but is "
       "65536"},
      {"ports: [{containerPort: 80, protocol: tcp}]",
       "! f:8:43: spec.containers[0].ports[0].protocol: \"tcp\" must be TCP, UDP or SCTP"},
      {"ports: [{containerPort: 80, hostIP: x}]",
       "! f:8:41: spec.containers[0].ports[0].hostIP: \"x\" must be an IP address"},
      {"ports: [{containerPort: 80, hostPort: 8080}, {containerPort: 81, hostPort: 8080}]",
       "! f:6:3: spec.containers: host port 8080/TCP is asked for twice, the second time by "
       "container \"c\" (line 6)"},
      {"image2: x",
       "f:8:5: spec.containers[0].image2: unknown field, ignored as by Kubernetes; did you mean "
       "\"image\"?"},
  };
  for (const auto& [snippet, expected] : cases) {
    EXPECT_EQ(outcome(pod_text("    " + std::string(snippet) + "\n")), expected) << snippet;
  }
}

TEST(Fields, HostPortOnTheHostNetwork) {
  EXPECT_EQ(outcome(pod_text("    ports: [{containerPort: 80, hostPort: 81}]\n",
                             "  hostNetwork: true\n")),
            "! f:8:43: spec.containers[0].ports[0].hostPort: must be the containerPort where "
            "hostNetwork is true");
}

TEST(Fields, OfMetadata) {
  const auto with = [](std::string_view metadata) {
    return outcome("apiVersion: v1\nkind: Pod\nmetadata: " + std::string(metadata) +
                   "\nspec: {containers: [{name: c, image: 'i:1'}]}\n");
  };
  EXPECT_EQ(with("{name: p, creationTimestamp: null, uid: x}"), "");
  EXPECT_EQ(with("{name: Big}"),
            "! f:3:18: metadata.name: \"Big\" must be 1 to 253 lower case letters, digits, '-' and "
            "'.', and start and end with a letter or digit");
  EXPECT_EQ(with("{generateName: p-}"),
            "! f:3:11: metadata.name: required: there is no API server here to complete "
            "generateName; give the pod a name, or use --name");
  EXPECT_EQ(with("{name: p, labels: {a: 1}}"),
            "! f:3:33: metadata.labels.a: must be a string; write \"1\" in quotes");
  EXPECT_EQ(with("{name: p, annotations: {a: true}}"),
            "! f:3:38: metadata.annotations.a: must be a string; write \"true\" in quotes");
  EXPECT_EQ(with("{name: p, annotations: {container.apparmor.security.beta.kubernetes.io/c: "
                 "localhost/x}}"),
            "! f:3:85: metadata.annotations[container.apparmor.security.beta.kubernetes.io/c]: "
            "AppArmor profiles of this host are not supported");
}

TEST(PullPolicy, DefaultByTag) {
  const struct {
    std::string_view image;
    PullPolicy expected;
  } cases[] = {
      {"nginx", PullPolicy::always},
      {"nginx:latest", PullPolicy::always},
      {"nginx:1.2", PullPolicy::if_not_present},
      {"localhost:5000/nginx", PullPolicy::always},
      {"localhost:5000/nginx:1", PullPolicy::if_not_present},
      {"nginx@sha256:00", PullPolicy::if_not_present},
      {"nginx:latest@sha256:00", PullPolicy::always},
      {"docker://nginx:1", PullPolicy::if_not_present},
      {"docker://nginx", PullPolicy::always},
      {"rootfs:/srv/root", PullPolicy::if_not_present},
      {"oci:/srv/image", PullPolicy::if_not_present},
      {"docker-archive:/srv/image.tar", PullPolicy::if_not_present},
  };
  for (const auto& [image, expected] : cases) {
    EXPECT_EQ(default_pull_policy(image), expected) << image;
  }
}

}  // namespace
}  // namespace podsysctl::pod
