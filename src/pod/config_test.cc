// SPDX-License-Identifier: Apache-2.0
// Variables and volumes, and the ConfigMaps and Secrets that feed them.
#include <string>
#include <string_view>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "pod/runtime_facts.h"
#include "pod/test_pods.h"

namespace podsysctl::pod {
namespace {

constexpr std::string_view kConfig =
    "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata: {k: v}\n";

TEST(Config, Objects) {
  const struct {
    std::string_view document;
    std::string_view expected;
  } cases[] = {
      {"kind: ConfigMap\nmetadata: {name: m}\ndata: {k: 1}\n",
       "! f:12:11: data.k: must be a string; write \"1\" in quotes"},
      {"kind: ConfigMap\nmetadata: {name: m}\nbinaryData: {k: '*'}\n",
       "! f:12:17: binaryData.k: is not base64; plain text goes into `stringData` of a Secret and "
       "into `data` of a ConfigMap"},
      {"kind: Secret\nmetadata: {name: m}\ndata: {k: secret!}\n",
       "! f:12:11: data.k: is not base64; plain text goes into `stringData` of a Secret and into "
       "`data` of a ConfigMap"},
      {"kind: ConfigMap\ndata: {k: v}\n", "! f:9:1: metadata: required"},
      {"kind: ConfigMap\nmetadata: {}\n", "! f:11:11: metadata.name: required"},
      {"kind: ConfigMap\nmetadata: {name: m}\ndata: {a/b: v}\n",
       "! f:12:13: data[a/b]: \"a/b\" must be 1 to 253 letters, digits, '-', '_' and '.', and not "
       "start with \"..\""},
      {"kind: ConfigMap\nmetadata: {name: m}\ndta: {k: v}\n",
       "f:12:1: dta: unknown field, ignored as by Kubernetes; did you mean \"data\"?"},
  };
  for (const auto& [document, expected] : cases) {
    EXPECT_EQ(outcome(pod_text("") + "---\napiVersion: v1\n" + std::string(document)), expected)
        << document;
  }
  EXPECT_EQ(outcome(pod_text("") + std::string(kConfig) + std::string(kConfig)),
            "! f:16:18: metadata.name: a second ConfigMap named \"m\" in namespace \"default\"");
}

TEST(Env, Faults) {
  const SnippetCase cases[] = {
      {"env: [{name: A, value: 1}]",
       "! f:8:28: spec.containers[0].env[0].value: must be a string; write \"1\" in quotes"},
      {"env: [{value: x}]", "! f:8:11: spec.containers[0].env[0].name: required"},
      {"env: [{name: 'A=B', value: x}]",
       "! f:8:18: spec.containers[0].env[0].name: \"A=B\" must be printable ASCII characters other "
       "than '='"},
      {"env: [{name: A, value: x, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]",
       "! f:8:42: spec.containers[0].env[0].valueFrom: not allowed beside a `value` that is not "
       "empty"},
      {"env: [{name: A, valueFrom: {}}]",
       "! f:8:32: spec.containers[0].env[0].valueFrom: names no source"},
      {"env: [{name: A, valueFrom: {fieldRef: ~}}]",
       "! f:8:32: spec.containers[0].env[0].valueFrom: names no source"},
      {"env: [{name: A, valueFrom: {fileKeyRef: {key: x}}}]",
       "! f:8:33: spec.containers[0].env[0].valueFrom.fileKeyRef: this source of a variable is not "
       "supported"},
      {"env: [{name: A, valueFrom: {fieldRef: {fieldPath: spec.hostname}}}]",
       "! f:8:55: spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: \"spec.hostname\" is not "
       "a field that a variable can take"},
      {"env: [{name: A, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}]",
       "! f:8:62: spec.containers[0].env[0].valueFrom.resourceFieldRef.resource: limits.cpu is not "
       "set in this container"},
      {"env: [{name: A, valueFrom: {configMapKeyRef: {name: absent, key: k}}}]",
       "! f:8:57: spec.containers[0].env[0].valueFrom.configMapKeyRef.name: ConfigMap \"absent\" "
       "is "
       "not in this file; add it as a document of its own, or set `optional: true`"},
      {"env: [{name: A, valueFrom: {configMapKeyRef: {name: m, key: z}}}]",
       "! f:8:65: spec.containers[0].env[0].valueFrom.configMapKeyRef.key: ConfigMap \"m\" has no "
       "key \"z\""},
      {"env: [{name: A, valueFrom: {secretKeyRef: {name: m, key: k}}}]",
       "! f:8:54: spec.containers[0].env[0].valueFrom.secretKeyRef.name: Secret \"m\" is not in "
       "this file; add it as a document of its own, or set `optional: true`"},
      {"envFrom: [{configMapRef: {name: absent}}]",
       "! f:8:37: spec.containers[0].envFrom[0].configMapRef.name: ConfigMap \"absent\" is not in "
       "this file; add it as a document of its own, or set `optional: true`"},
      {"envFrom: [{configMapRef: {name: m}}]", ""},
  };
  for (const auto& [snippet, expected] : cases) {
    EXPECT_EQ(outcome(pod_text("    " + std::string(snippet) + "\n") + std::string(kConfig)),
              expected)
        << snippet;
  }
}

TEST(PullSecrets, AreOfTheSameFile) {
  constexpr std::string_view kSecret =
      "---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {";
  const auto text = [&](std::string_view data) {
    return pod_text("", "  imagePullSecrets: [{name: s}]\n") + std::string(kSecret) +
           std::string(data) + "}\n";
  };
  EXPECT_EQ(pod_of(text(".dockerconfigjson: '{\"auths\":{}}'")).pull_secrets,
            std::vector<std::string>{R"({"auths":{}})"});
  EXPECT_EQ(pod_of(text(".dockercfg: '{\"quay.io\":{}}'")).pull_secrets,
            std::vector<std::string>{R"({"auths":{"quay.io":{}}})"});
  EXPECT_EQ(outcome(text("password: p")),
            "! f:8:22: spec.imagePullSecrets[0]: Secret \"s\" has no key .dockerconfigjson (type "
            "kubernetes.io/dockerconfigjson)");
  EXPECT_EQ(outcome(pod_text("", "  imagePullSecrets: [{name: t}]\n")),
            "f:8:22: spec.imagePullSecrets[0]: Secret \"t\" is not in this file: credentials come "
            "from the registry login of this host");
  EXPECT_EQ(outcome(pod_text("", "  imagePullSecrets: [{}]\n")),
            "! f:8:22: spec.imagePullSecrets[0].name: required");
}

TEST(Env, DoublingVariablesEndAtTheKernelsLimit) {
  std::string env = "    env:\n    - {name: V0, value: xxxxxxxxxxxxxxxx}\n";
  for (int i = 1; i < 40; ++i) {
    env += fmt::format("    - {{name: V{}, value: $(V{})$(V{})}}\n", i, i - 1, i - 1);
  }
  EXPECT_EQ(outcome(pod_text(env)).substr(0, 110),
            "! f:22:26: spec.containers[0].env[13].value: longer than the 131071 bytes that the "
            "kernel takes for one string");
}

TEST(Env, CopiesHaveABudget) {
  std::string text = pod_text("    envFrom:\n");
  for (int i = 0; i < 100; ++i) {
    text += fmt::format("    - {{prefix: p{}, configMapRef: {{name: big}}}}\n", i);
  }
  text += "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: big}\ndata: {k: " +
          std::string(1'000'000, 'x') + "}\n";
  EXPECT_EQ(outcome(text).substr(0, 144),
            "! f:42:35: spec.containers[0].envFrom[33].configMapRef: the ConfigMaps, variables and "
            "arguments that this pod copies come to more than 32 MiB\nf:");
}

TEST(Volumes, Faults) {
  const struct {
    std::string_view mount;
    std::string_view volume;
    std::string_view expected;
  } cases[] = {
      {"{name: v, mountPath: /a}", "{name: v}", ""},
      {"{name: v, mountPath: /a}", "{name: v, emptyDir: ~}", ""},
      {"{name: w, mountPath: /a}", "{name: v}",
       "! f:8:27: spec.containers[0].volumeMounts[0].name: there is no volume \"w\" in "
       "spec.volumes"},
      {"{name: v}", "{name: v}",
       "! f:8:20: spec.containers[0].volumeMounts[0].mountPath: required"},
      {"{name: v, mountPath: /}", "{name: v}",
       "! f:8:41: spec.containers[0].volumeMounts[0].mountPath: \"/\": a volume cannot replace the "
       "container's root"},
      {"{name: v, mountPath: /a/../b}", "{name: v}",
       "! f:8:41: spec.containers[0].volumeMounts[0].mountPath: \"a/../b\" must not contain "
       "\"..\""},
      {"{name: v, mountPath: '/a:b'}", "{name: v}",
       "! f:8:41: spec.containers[0].volumeMounts[0].mountPath: \"/a:b\" must not contain ':'"},
      {"{name: v, mountPath: /a, subPath: /b}", "{name: v}",
       "! f:8:54: spec.containers[0].volumeMounts[0].subPath: \"/b\" must be a relative path"},
      {"{name: v, mountPath: /a, subPathExpr: $(X)}", "{name: v}",
       "! f:8:58: spec.containers[0].volumeMounts[0].subPathExpr: a variable in it is not set: "
       "\"$(X)\""},
      {"{name: v, mountPath: /a, subPath: b, subPathExpr: c}", "{name: v}",
       "! f:8:70: spec.containers[0].volumeMounts[0].subPathExpr: not allowed beside subPath"},
      {"{name: v, mountPath: /a, mountPropagation: Bidirectional}", "{name: v}",
       "! f:8:63: spec.containers[0].volumeMounts[0].mountPropagation: only None and "
       "HostToContainer are supported"},
      {"{name: v, mountPath: /a, mountPropagation: None}", "{name: v}", ""},
      {"{name: v, mountPath: /a, mountPropagation: HostToContainer}", "{name: v}", ""},
      {"{name: v, mountPath: /a}", "{name: v, nfs: {server: s, path: /}}",
       "! f:8:20: spec.containers[0].volumeMounts[0]: volume \"v\" is of kind \"nfs\", which is "
       "not "
       "supported: only emptyDir, hostPath, configMap and secret are"},
      {"{name: v, mountPath: /a}", "{name: v, nfs: {server: s}, emptyDir: {}}",
       "! f:8:20: spec.containers[0].volumeMounts[0]: volume \"v\" is of kind \"nfs\", which is "
       "not "
       "supported: only emptyDir, hostPath, configMap and secret are\nf:9:13: spec.volumes[0]: is "
       "of "
       "two kinds, \"nfs\" and \"emptyDir\"; leave one of them out"},
      {"{name: v, mountPath: /a}", "{name: v, emptyDir: {medium: HugePages}}",
       "! f:9:42: spec.volumes[0].emptyDir.medium: \"HugePages\" is not supported: leave it out, "
       "or "
       "write Memory"},
      {"{name: v, mountPath: /a}", "{name: v, hostPath: {path: a}}",
       "! f:9:40: spec.volumes[0].hostPath.path: \"a\" must start with '/'"},
      {"{name: v, mountPath: /a}", "{name: v, hostPath: {path: /a/../b}}",
       "! f:9:40: spec.volumes[0].hostPath.path: \"a/../b\" must not contain \"..\""},
      {"{name: v, mountPath: /a}", "{name: v, hostPath: {path: /, type: Dir}}",
       "! f:9:49: spec.volumes[0].hostPath.type: \"Dir\" must be Directory, DirectoryOrCreate, "
       "File, FileOrCreate, Socket, CharDevice or BlockDevice"},
      {"{name: v, mountPath: /a}", "{name: v, configMap: {name: absent}}",
       "! f:9:41: spec.volumes[0].configMap.name: ConfigMap \"absent\" is not in this file; add it "
       "as a document of its own, or set `optional: true`"},
      {"{name: v, mountPath: /a}", "{name: v, configMap: {name: absent, optional: true}}", ""},
      {"{name: v, mountPath: /a}", "{name: v, configMap: {name: m, defaultMode: 888}}",
       "! f:9:57: spec.volumes[0].configMap.defaultMode: must be from 0 to 511, but is 888"},
      {"{name: v, mountPath: /a}", "{name: v, configMap: {name: m, items: [{key: z, path: p}]}}",
       "! f:9:58: spec.volumes[0].configMap.items[0].key: there is no key \"z\" in it"},
      {"{name: v, mountPath: /a}", "{name: v, configMap: {name: m, items: [{key: k, path: ../p}]}}",
       "! f:9:67: spec.volumes[0].configMap.items[0].path: \"../p\" must not contain \"..\""},
      {"{name: v, mountPath: /a}",
       "{name: v, configMap: {name: m, items: [{key: k, path: p}, {key: k, path: p}]}}",
       "! f:9:71: spec.volumes[0].configMap.items[1]: a second file \"p\""},
  };
  for (const auto& [mount, volume, expected] : cases) {
    EXPECT_EQ(outcome(pod_text("    volumeMounts: [" + std::string(mount) + "]\n",
                               "  volumes: [" + std::string(volume) + "]\n") +
                      std::string(kConfig)),
              expected)
        << mount << volume;
  }
}

TEST(Volumes, NotMountedOfAnotherKind) {
  EXPECT_EQ(outcome(pod_text("", "  volumes: [{name: v, nfs: {server: s}}]\n")),
            "f:8:13: spec.volumes[0]: volumes of kind \"nfs\" are not supported");
  EXPECT_EQ(outcome(pod_text("", "  volumes: [{name: v}, {name: v}]\n")),
            "! f:8:31: spec.volumes[1].name: a second volume named \"v\"");
}

TEST(RuntimeFacts, MarksOutliveExpansionAndAreReplacedOnce) {
  PodSpec pod = pod_of(
      pod_text("    env:\n    - {name: IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}\n"
               "    - {name: ID, valueFrom: {fieldRef: {fieldPath: metadata.uid}}}\n"
               "    command: [\"$(IP)-$(ID)-$(IP)\", plain]\n"));
  fill_in(pod,
          {.pod_uid = "$(IP)", .pod_ip = "::1", .host_ip = "", .host_ips = "", .node_name = ""});
  EXPECT_EQ(pod.containers[0].command[0], "::1-$(IP)-::1");
  EXPECT_EQ(pod.containers[0].command[1], "plain");
  EXPECT_EQ(pod.containers[0].env[1].value, "$(IP)");
}

}  // namespace
}  // namespace podsysctl::pod
