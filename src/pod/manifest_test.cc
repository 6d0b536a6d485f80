// SPDX-License-Identifier: Apache-2.0
// Whole files: what stands in them, and the pods that must work.
#include "pod/manifest.h"

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pod/runtime_facts.h"
#include "pod/test_pods.h"

namespace podsysctl::pod {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string golden(const std::string& name) {
  std::ifstream file(std::string(PSYS_GOLDEN_PODS) + "/" + name);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

Manifest read_golden(const std::string& name) {
  Result<Manifest> manifest = read_pod(golden(name), name);
  EXPECT_TRUE(manifest) << manifest.error().message;
  return manifest ? *std::move(manifest) : Manifest{};
}

std::vector<std::string> texts(const Manifest& manifest) {
  std::vector<std::string> lines;
  lines.reserve(manifest.notices.size());
  for (const Notice& notice : manifest.notices) {
    lines.push_back(notice.text());
  }
  return lines;
}

TEST(Examples, FieldPod) {
  const Manifest manifest = read_golden("field-pod.yaml");
  EXPECT_THAT(texts(manifest), IsEmpty());
  const PodSpec& pod = manifest.pod;
  EXPECT_EQ(pod.name, "test-sysctl");
  EXPECT_EQ(pod.namespace_, "default");
  ASSERT_EQ(pod.sysctls.size(), 1U);
  EXPECT_EQ(pod.sysctls[0].key.name(), "net.core.somaxconn");
  EXPECT_EQ(pod.sysctls[0].value, "65535");
  EXPECT_EQ(pod.sysctls[0].origin.kind, sysctl::Origin::Kind::manifest);
  EXPECT_EQ(sysctl::describe(pod.sysctls[0].origin), "field-pod.yaml:8:13");
  ASSERT_EQ(pod.containers.size(), 1U);
  EXPECT_EQ(pod.containers[0].image, "nginx");
  EXPECT_EQ(pod.containers[0].pull, PullPolicy::always) << "the tag is latest";
  EXPECT_EQ(pod.containers[0].ports[0].container_port, 80);
  EXPECT_EQ(pod.containers[0].line, 11U);
  EXPECT_EQ(pod.restart, RestartPolicy::always);
}

TEST(Examples, AnnotationPod) {
  const Manifest manifest = read_golden("annotation-pod.yaml");
  EXPECT_THAT(
      texts(manifest),
      ElementsAre("annotation-pod.yaml:7:7: "
                  "metadata.annotations[security.alpha.kubernetes.io/unsafe-sysctls]: "
                  "non-functional in v1.11+; use the \"sysctls\" field instead: Kubernetes 1.37 "
                  "ignores the annotation, podsysctl honours it; write "
                  "spec.securityContext.sysctls: [{name: net.core.somaxconn, value: \"65535\"}]"));
  ASSERT_EQ(manifest.pod.sysctls.size(), 1U);
  EXPECT_EQ(manifest.pod.sysctls[0].value, "65535");
  EXPECT_EQ(manifest.pod.sysctls[0].origin.kind, sysctl::Origin::Kind::annotation);
  EXPECT_EQ(sysctl::describe(manifest.pod.sysctls[0].origin),
            "annotation-pod.yaml: security.alpha.kubernetes.io/unsafe-sysctls:7:7");
  EXPECT_EQ(manifest.pod.node_selector.at("kubernetes.io/hostname"), "cn-shenzhen.i-xxxxx");
}

TEST(Examples, InitContainerPodAsPublished) {
  const Manifest manifest = read_golden("init-container-pod-as-published.yaml");
  EXPECT_THAT(texts(manifest),
              ElementsAre("init-container-pod-as-published.yaml:14:7: "
                          "spec.containers[0].initContainers: Kubernetes ignores initContainers "
                          "inside a container, and so does podsysctl; move them up to spec, beside "
                          "`containers`"));
  EXPECT_THAT(manifest.pod.init_containers, IsEmpty());
  EXPECT_EQ(manifest.pod.containers.size(), 1U);
}

TEST(Examples, InitContainerPod) {
  const Manifest manifest = read_golden("init-container-pod.yaml");
  EXPECT_THAT(texts(manifest), IsEmpty());
  ASSERT_EQ(manifest.pod.init_containers.size(), 1U);
  const Container& init = manifest.pod.init_containers[0];
  EXPECT_EQ(init.name, "setsysctl");
  EXPECT_TRUE(init.security.privileged);
  EXPECT_EQ(init.security.seccomp.kind, SeccompProfile::Kind::unconfined);
  EXPECT_EQ(init.pull, PullPolicy::if_not_present);
  EXPECT_THAT(init.command, ElementsAre("sh", "-c", "echo 10000 > /proc/sys/net/core/somaxconn"));
}

TEST(Examples, JsonListWithTabsAndSurrogatePairs) {
  const Manifest manifest = read_golden("field-pod.json");
  EXPECT_THAT(texts(manifest), IsEmpty());
  ASSERT_EQ(manifest.pod.sysctls.size(), 1U);
  EXPECT_EQ(sysctl::describe(manifest.pod.sysctls[0].origin), "field-pod.json:11:46");
  EXPECT_EQ(manifest.pod.containers[0].env[0].value, "😀");
}

TEST(Examples, ClusterDump) {
  const Manifest manifest = read_golden("cluster-dump.yaml");
  EXPECT_THAT(
      texts(manifest),
      ElementsAre("cluster-dump.yaml:12:3: metadata.ownerReferences: ignored: no "
                  "controllers here",
                  "cluster-dump.yaml:32:3: spec.nodeName: ignored: the pod runs on this "
                  "host; use nodeSelector to bind it",
                  "cluster-dump.yaml:41:3: spec.tolerations: ignored: no scheduler here",
                  "cluster-dump.yaml:47:5: spec.volumes[0]: left out with its mounts: there "
                  "is no API server here"));
  EXPECT_THAT(manifest.pod.volumes, IsEmpty());
  EXPECT_THAT(manifest.pod.containers[0].mounts, IsEmpty());
}

class Everything : public testing::Test {
 protected:
  Manifest manifest = read_golden("everything.yaml");
  PodSpec& pod = manifest.pod;
  [[nodiscard]] const Container& web() const { return pod.containers.at(0); }
  [[nodiscard]] std::string env(std::string_view name) const {
    for (const EnvVar& variable : web().env) {
      if (variable.name == name) {
        return variable.value;
      }
    }
    return "(unset)";
  }
};

TEST_F(Everything, Notices) {
  EXPECT_THAT(texts(manifest),
              ElementsAre("everything.yaml:100:9: spec.containers[0].envFrom[0].configMapRef: key "
                          "\"logo\" is left out: no valid variable",
                          "everything.yaml:157:9: spec.containers[0].securityContext.capabilities: "
                          "\"CAP_SYS_PTRACE\": Kubernetes wants it without CAP_"));
}

TEST_F(Everything, Pod) {
  EXPECT_EQ(pod.restart, RestartPolicy::on_failure);
  EXPECT_EQ(pod.termination_grace.count(), 7);
  EXPECT_EQ(pod.hostname, "web-1");
  EXPECT_EQ(pod.network, Share::host);
  EXPECT_EQ(pod.ipc, Share::host);
  EXPECT_EQ(pod.pid, Share::private_namespace);
  EXPECT_TRUE(pod.share_process_namespace);
  EXPECT_EQ(pod.labels.at("app"), "web");
  EXPECT_EQ(pod.annotations.at("example.com/note"), "true");
  EXPECT_EQ(pod.node_selector.at("kubernetes.io/os"), "linux");
  EXPECT_THAT(pod.host_aliases, ElementsAre(std::pair("127.0.0.1", "foo.local"),
                                            std::pair("127.0.0.1", "bar.local")));
  EXPECT_EQ(pod.fs_group, 7);
  ASSERT_EQ(pod.sysctls.size(), 3U) << "duplicates are left to the policy";
  EXPECT_EQ(pod.sysctls[1].key.name(), "net.ipv4.conf.eth0/100.forwarding");
  EXPECT_THAT(names_of(pod), ElementsAre("net.core.somaxconn", "net/ipv4/conf/eth0.100/forwarding",
                                         "net.core.somaxconn"));
}

TEST_F(Everything, Volumes) {
  ASSERT_EQ(pod.volumes.size(), 4U);
  EXPECT_TRUE(pod.volumes[0].empty_dir.in_memory);
  EXPECT_EQ(pod.volumes[0].empty_dir.size_limit, 67108864);
  EXPECT_EQ(pod.volumes[1].kind, Volume::Kind::host_path);
  EXPECT_EQ(pod.volumes[1].host_path.path, "/var/log");
  EXPECT_EQ(pod.volumes[1].host_path.type, HostPath::Type::directory);
  const auto& config = pod.volumes[2].projected.files;
  ASSERT_EQ(config.size(), 2U);
  EXPECT_EQ(config.at("etc/nginx.conf").content, "events {}\n");
  EXPECT_EQ(config.at("etc/nginx.conf").mode, 0400U);
  EXPECT_EQ(config.at("logo.bin").content, std::string("\0\1\2", 3));
  EXPECT_EQ(config.at("logo.bin").mode, 0755U);
  const auto& keys = pod.volumes[3].projected.files;
  EXPECT_EQ(keys.at("user").content, "admin");
  EXPECT_EQ(keys.at("user").mode, 0644U);
  EXPECT_EQ(keys.at("password").content, "p$(NODE)w");
  ASSERT_EQ(web().mounts.size(), 4U);
  EXPECT_EQ(web().mounts[1].mount_path, "/var/log");
  EXPECT_EQ(web().mounts[1].access, Access::read_only);
  EXPECT_EQ(web().mounts[2].sub_path, "etc");
  EXPECT_EQ(web().mounts[3].sub_path, "pods/everything");
}

TEST_F(Everything, Environment) {
  fill_in(pod, {.pod_uid = "u", .pod_ip = "10.1.2.3", .host_ip = "h", .node_name = "n"});
  EXPECT_EQ(env("CFG_color"), "blue");
  EXPECT_EQ(env("CFG_logo"), "(unset)") << "a variable cannot hold NUL";
  EXPECT_EQ(env("COLOR"), "blue");
  EXPECT_EQ(env("USER"), "admin");
  EXPECT_EQ(env("PASSWORD"), "p$(NODE)w") << "values from elsewhere are not expanded";
  EXPECT_EQ(env("NONE"), "(unset)");
  EXPECT_EQ(env("POD"), "everything");
  EXPECT_EQ(env("SPACE"), "default");
  EXPECT_EQ(env("APP"), "web");
  EXPECT_EQ(env("ACCOUNT"), "runner");
  EXPECT_EQ(env("IP"), "10.1.2.3");
  EXPECT_EQ(env("CPUS"), "2") << "rounded up";
  EXPECT_EQ(env("MEMORY_MI"), "1024");
  EXPECT_EQ(env("URL"), "http://10.1.2.3/web?again");
  EXPECT_EQ(env("EMPTY"), "");
  EXPECT_THAT(web().command, ElementsAre("/bin/web", "--color=blue"));
  EXPECT_THAT(web().args, ElementsAre("$(MISSING)", "$(COLOR)", "everything@10.1.2.3"));
}

TEST_F(Everything, Container) {
  EXPECT_EQ(web().pull, PullPolicy::never);
  EXPECT_EQ(web().working_dir, "/srv");
  EXPECT_TRUE(web().open_stdin);
  EXPECT_TRUE(web().tty);
  EXPECT_EQ(web().resources.cpu_limit_milli, 1500);
  EXPECT_EQ(web().resources.cpu_request_milli, 1000);
  EXPECT_EQ(web().resources.memory_limit, 1073741824);
  EXPECT_EQ(web().resources.memory_request, 1073741824) << "the limit where not given";
  ASSERT_EQ(web().ports.size(), 2U);
  EXPECT_EQ(web().ports[0].host_port, 80);
  EXPECT_EQ(web().ports[0].host_ip, "127.0.0.1");
  EXPECT_EQ(web().ports[1].protocol, Protocol::udp);
}

TEST_F(Everything, SecurityIsMerged) {
  const SecurityContext& own = web().security;
  EXPECT_EQ(own.run_as_user, 0);
  EXPECT_EQ(own.run_as_group, 1001) << "from the pod";
  EXPECT_FALSE(own.run_as_non_root);
  EXPECT_TRUE(own.read_only_root_filesystem);
  EXPECT_FALSE(own.allow_privilege_escalation);
  EXPECT_THAT(own.supplemental_groups, ElementsAre(5, 6, 7));
  EXPECT_THAT(own.capabilities.add, ElementsAre("NET_ADMIN", "SYS_PTRACE"));
  EXPECT_THAT(own.capabilities.drop, ElementsAre("ALL"));
  EXPECT_EQ(own.seccomp.kind, SeccompProfile::Kind::localhost);
  EXPECT_EQ(own.seccomp.localhost_path, "profiles/web.json");
  const SecurityContext& tool = pod.containers[1].security;
  EXPECT_EQ(tool.run_as_user, 1000);
  EXPECT_TRUE(tool.run_as_non_root);
  EXPECT_TRUE(tool.privileged);
  EXPECT_EQ(tool.seccomp.kind, SeccompProfile::Kind::unconfined);
  EXPECT_EQ(pod.containers[1].pull, PullPolicy::if_not_present) << "a digest is no latest";
  EXPECT_EQ(pod.init_containers[0].security.run_as_user, 1000);
}

TEST(Documents, ExactlyOnePod) {
  const std::string pod = pod_text("");
  const std::string deployment =
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {}\n";
  const struct {
    std::string text;
    std::string_view expected;
  } cases[] = {
      {"", "! f: no Pod in it"},
      {"---\n---\n", "! f: no Pod in it"},
      {deployment,
       "! f: no Pod in it, but \"Deployment\" \"web\" (\"apps/v1\", line 1): run -f takes a v1 Pod "
       "(a workload's pod template, with apiVersion: v1, kind: Pod and a name, is one)"},
      {"apiVersion: v2\nkind: Pod\n",
       "! f: no Pod in it, but \"Pod\" (\"v2\", line 1): run -f takes a v1 Pod (a workload's pod "
       "template, with apiVersion: v1, kind: Pod and a name, is one)"},
      {pod + "---\n" + pod, "! f:9:1: a second Pod, the first is at line 1: run -f takes one"},
      {pod + "---\n" + deployment,
       "f:9:1: \"Deployment\" is ignored: only a Pod, ConfigMaps and Secrets are read"},
      {"{}", "! f:1:1: apiVersion is missing; a pod starts with `apiVersion: v1` and `kind: Pod`"},
      {"apiVersion: v1\n",
       "! f:1:1: kind is missing; a pod starts with `apiVersion: v1` and `kind: Pod`"},
      {"apiVersion: 1\nkind: Pod\n",
       "! f:1:13: apiVersion: must be a string; write \"1\" in quotes"},
      {"just text\n", "! f:1:1: must be a mapping, but is a string"},
      {"[1]", "! f:1:1: must be a mapping, but is a list"},
      {"a: b: c\n", "! f:1:5: not valid YAML: mapping values are not allowed in this context"},
      {"apiVersion: v1\nkind: List\nitems: []\n", "! f: no Pod in it"},
      {"apiVersion: v1\nkind: List\nitems: {}\n",
       "! f:3:8: items: must be a list, but is a mapping"},
      {"apiVersion: v1\nkind: Pod\n", "! f:1:1: metadata: required\nf:1:1: spec: required"},
      {"apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {}\n",
       "! f:4:7: spec.containers: required: a pod has at least one container"},
      {pod + "status: {phase: Running}\n", ""},
      {pod + "extra: 1\n", "f:8:1: extra: unknown field, ignored as by Kubernetes"},
      {pod + "spek: 1\n",
       "f:8:1: spek: unknown field, ignored as by Kubernetes; did you mean \"spec\"?"},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(outcome(text), expected) << text;
  }
}

TEST(Documents, ErrorCodes) {
  EXPECT_EQ(read_pod("", "f").error().code, Code::not_found);
  EXPECT_EQ(read_pod("a: b: c", "f").error().code, Code::invalid_argument);
  EXPECT_EQ(read_pod(pod_text("", "  hostUsers: false\n"), "f").error().code, Code::unsupported);
}

TEST(Documents, Limits) {
  EXPECT_EQ(outcome(std::string(kMaxManifestBytes + 1, ' ')),
            "! f: 4194305 bytes, more than the 4194304 that are read");
  ReadOptions small;
  small.max_bytes = 10;
  EXPECT_EQ(outcome(pod_text(""), small), "! f: 92 bytes, more than the 10 that are read");
  std::string many;
  for (int i = 0; i < 70'000; ++i) {
    many += "---\n- a\n- b\n";
  }
  EXPECT_EQ(outcome(many).substr(0, 40), "! f:200000:1: more than 200000 nodes in ");
}

TEST(Documents, ManyFaultsAreListedInTheOrderOfTheFile) {
  EXPECT_EQ(outcome(pod_text("    tty: 1\n    stdin: 2\n", "  hostname: A.B\n")),
            "! f:8:10: spec.containers[0].tty: must be a boolean (true or false), but is a number\n"
            "f:9:12: spec.containers[0].stdin: must be a boolean (true or false), but is a "
            "number\n"
            "f:10:13: spec.hostname: \"A.B\" must be 1 to 63 lower case letters, digits and '-', "
            "and start and end with a letter or digit");
  std::string ports = "    ports:\n";
  for (int i = 0; i < 25; ++i) {
    ports += "    - containerPort: 0\n";
  }
  const std::string all = outcome(pod_text(ports));
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 20);
  EXPECT_TRUE(all.ends_with("\n… and 5 more")) << all;
}

TEST(Documents, NameAndNamespace) {
  ReadOptions options;
  options.pod.name = "mine";
  options.pod.default_namespace = "shop";
  const auto manifest = read_pod(pod_text(""), "f", options);
  EXPECT_EQ(manifest->pod.name, "mine");
  EXPECT_EQ(manifest->pod.namespace_, "shop");
}

}  // namespace
}  // namespace podsysctl::pod
