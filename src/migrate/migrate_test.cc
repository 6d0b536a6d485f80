// SPDX-License-Identifier: Apache-2.0
#include "migrate/migrate.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "edit/edits.h"
#include "migrate/rest.h"

namespace podsysctl::migrate {
namespace {

// A Pod whose init container runs a shell script.
std::string pod_with(std::string_view script, std::string_view more = "") {
  return fmt::format(R"(apiVersion: v1
kind: Pod
metadata:
  name: p
spec:
{}  initContainers:
  - name: tune
    image: busybox
    command: [sh, -c, '{}']
    securityContext: {{privileged: true}}
  containers:
  - name: app
    image: nginx
)",
                     more, script);
}

std::string settings_after(const std::string& text, const Options& options = {}) {
  const auto done = migrate(text, "f", options);
  if (!done) {
    return "! " + done.error().message;
  }
  std::string shown;
  for (const std::string& line : done->stays) {
    shown += line + "\n";
  }
  for (const std::string& line : done->remarks) {
    shown += line + "\n";
  }
  for (const Moved& moved : done->moved) {
    for (const Settings::One& one : moved.pod.all) {
      shown += fmt::format("{}={} ", one.key.name(), one.value);
    }
    for (const NodeSetting& one : moved.node) {
      shown += fmt::format("node:{}={}{} ", one.key.name(), one.value, one.certain ? "" : "?");
    }
  }
  return shown;
}

struct Case {
  const char* script;
  const char* more;  // of the spec
  const char* after;
};

class Scripts : public testing::TestWithParam<Case> {};

TEST_P(Scripts, MovedOrNot) {
  EXPECT_EQ(settings_after(pod_with(GetParam().script, GetParam().more)), GetParam().after);
}

constexpr Case kMoved[] = {
    {"sysctl -w net.core.somaxconn=1024", "", "net.core.somaxconn=1024 "},
    {"sysctl -w net/ipv4/tcp_syncookies=1 kernel.sem=\"250 32000 32 128\"", "",
     "net.ipv4.tcp_syncookies=1 kernel.sem=250 32000 32 128 "},
    {"sysctl -w vm.max_map_count=262144", "", "node:vm.max_map_count=262144 "},
    {"sysctl -w vm.swappiness=1; echo 1024 > /proc/sys/net/core/somaxconn", "",
     "net.core.somaxconn=1024 node:vm.swappiness=1 "},
    {"sysctl -w net.core.rmem_max=8388608", "", "node:net.core.rmem_max=8388608 "},
    {"sysctl -w net.core.somaxconn=1024", "  hostNetwork: true\n", "node:net.core.somaxconn=1024 "},
    {"sysctl -w kernel.msgmax=65536", "  hostNetwork: true\n", "kernel.msgmax=65536 "},
    {"nsenter -t 1 -n sysctl -w net.core.somaxconn=1024", "  hostPID: true\n",
     "node:net.core.somaxconn=1024 "},
    {"[ $(sysctl -n vm.max_map_count) -ge 262144 ] || sysctl -w vm.max_map_count=262144", "",
     "node:vm.max_map_count=262144? "},
    {"sysctl -w net.core.somaxconn=1024",
     "  securityContext:\n    sysctls:\n    - {name: net.core.somaxconn, value: \"1024\"}\n",
     "net.core.somaxconn=1024 "},
    {"sysctl -w net.ipv4.tcp_tw_recycle=1 net.core.somaxconn=1024", "",
     "f:9:34: Pod p: net.ipv4.tcp_tw_recycle is left out: Linux 7.2 does not have it\n"
     "net.core.somaxconn=1024 "},
};

constexpr Case kStays[] = {
    {"sysctl -w net.core.somaxconn=$N", "",
     "f:9:34: Pod p: init container \"tune\" stays: the value of net.core.somaxconn is only known "
     "when it runs\n"},
    {"sysctl -w net.core.somaxconn=1024; modprobe x", "",
     "f:9:59: Pod p: init container \"tune\" stays: its command does more: it runs \"modprobe\"\n"},
    {"sysctl -p", "",
     "f:9:24: Pod p: init container \"tune\" stays: the settings of `sysctl -p` are not in the "
     "manifest\n"},
    {"sysctl -w net.core.somaxconn=1 net.core.somaxconn=2", "",
     "f:9:55: Pod p: init container \"tune\" stays: it writes net.core.somaxconn twice: \"1\" and "
     "\"2\"\n"},
    {"sysctl -w net.core.somaxconn=1024",
     "  securityContext:\n    sysctls:\n    - {name: net.core.somaxconn, value: \"1\"}\n",
     "f:10:5: Pod p: init container \"tune\" stays: net.core.somaxconn is \"1024\" there, but the "
     "pod has \"1\" already\n"},
    {"[ -e /x ] && sysctl -w net.core.somaxconn=1024", "",
     "f:9:47: Pod p: init container \"tune\" stays: it writes net.core.somaxconn only under a "
     "condition\n"},
    {"sysctl -w kernel.domainname=x", "",
     "f:9:34: Pod p: init container \"tune\" stays: no field sets kernel.domainname; spec.hostname "
     "and spec.subdomain do\n"},
    {"for i in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 > $i; done", "",
     "f:9:82: Pod p: init container \"tune\" stays: which sysctls \"net/ipv4/conf/*/rp_filter\" "
     "means is only known when it runs\n"},
};

INSTANTIATE_TEST_SUITE_P(Moved, Scripts, testing::ValuesIn(kMoved));
INSTANTIATE_TEST_SUITE_P(Stays, Scripts, testing::ValuesIn(kStays));

TEST(Migrate, IllegalValuesStay) {
  EXPECT_TRUE(settings_after(pod_with("sysctl -w net.core.somaxconn=many"))
                  .starts_with("f:9:34: Pod p: init container \"tune\" stays: invalid value"));
}

TEST(Migrate, UnreadableTexts) {
  const auto broken = migrate("a: [", "f.yaml", {});
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, Code::invalid_argument);
  EXPECT_TRUE(broken.error().message.starts_with("f.yaml:")) << broken.error().message;
  EXPECT_EQ(settings_after("just: text\n---\n- 1\n"), "");
  EXPECT_EQ(settings_after(""), "");
}

TEST(Migrate, AliasesStay) {
  const std::string text = pod_with("sysctl -w net.core.somaxconn=1024");
  std::string aliased = text;
  aliased.replace(aliased.find("initContainers:\n"), 15, "x: &i\n  - a\n  initContainers:");
  EXPECT_NE(settings_after(aliased), "");
  EXPECT_EQ(settings_after("apiVersion: v1\nkind: Pod\nspec: &s\n  initContainers:\n  - command: "
                           "[sysctl, -w, net.core.somaxconn=1]\n  containers: []\nx: *s\n"),
            "f:3:7: Pod: all of it stays: line 3, column 7: an alias uses this node elsewhere\n");
}

TEST(Migrate, FieldsOfTheWrongKindStay) {
  const std::string_view script = "sysctl -w net.core.somaxconn=1024";
  EXPECT_EQ(settings_after(pod_with(script, "  securityContext: [1]\n")),
            "f:6:3: Pod p: all of it stays: line 6, column 20: it is no mapping\n");
  EXPECT_EQ(settings_after(pod_with(script, "  securityContext: {sysctls: {a: b}}\n")),
            "f:6:3: Pod p: all of it stays: line 6, column 30: it is no list\n");
}

TEST(Rest, NamesWhatTheNodeNeeds) {
  const auto done = migrate(pod_with("sysctl -w vm.swappiness=1 net.core.somaxconn=1024 "
                                     "net.ipv4.tcp_syncookies=1"),
                            "f", {});
  ASSERT_TRUE(done);
  EXPECT_EQ(rest_text(done->moved, Target::field, policy::KubernetesVersion::newest()),
            "# Node: /etc/sysctl.d/90-podsysctl.conf, then sysctl --system\n"
            "# Pod p (f)\nvm.swappiness = 1\n\n"
            "# Kubelet: these are not on the safe list of Kubernetes 1.37. In its configuration\n"
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n"
            "allowedUnsafeSysctls:\n- net.core.somaxconn\n"
            "# or by a flag: /etc/systemd/system/kubelet.service.d/90-podsysctl.conf\n"
            "[Service]\n"
            "Environment=\"KUBELET_EXTRA_ARGS=--allowed-unsafe-sysctls=net.core.somaxconn\"\n\n"
            "# Docker, instead of a kubelet\n# Pod p (f)\n"
            "docker run --sysctl net.core.somaxconn=1024 --sysctl net.ipv4.tcp_syncookies=1 "
            "IMAGE\n");
  EXPECT_EQ(rest_text({}, Target::field, policy::KubernetesVersion::newest()), "");
}

}  // namespace
}  // namespace podsysctl::migrate
