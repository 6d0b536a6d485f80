// SPDX-License-Identifier: Apache-2.0
#include "oci/container.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "linux/file.h"
#include "oci/pod.h"
#include "oci/sharing.h"

namespace podsysctl::oci {
namespace {

using linux::NamespaceKind;
using policy::NamespaceMode;
using ::testing::HasSubstr;

Spec spec_of(std::string_view text) {
  const auto spec = read_spec(text, "config.json");
  EXPECT_TRUE(spec.has_value()) << (spec ? "" : spec.error().message);
  return spec.value_or(Spec());
}

TEST(State, IsReadAsRuncAndCrunWriteIt) {
  const auto state = read_state(
      R"({"ociVersion":"1.0","id":"c","pid":15640,"root":"rootfs","bundle":"/b","status":"created",
          "annotations":{"a":"b"}})");
  ASSERT_TRUE(state.has_value()) << state.error().message;
  EXPECT_EQ(state->id, "c");
  EXPECT_EQ(state->pid, 15640);
  EXPECT_EQ(state->bundle, "/b");
  EXPECT_EQ(state->status, "created");
}

struct Bad {
  const char* text;
  const char* message;
};
class BadState : public ::testing::TestWithParam<Bad> {};
TEST_P(BadState, IsRefusedWithTheMember) {
  const auto state = read_state(GetParam().text);
  ASSERT_FALSE(state.has_value());
  EXPECT_EQ(state.error().code, Code::invalid_argument);
  EXPECT_THAT(state.error().message, HasSubstr(GetParam().message));
}
INSTANTIATE_TEST_SUITE_P(
    Table, BadState,
    ::testing::Values(
        Bad{"", "container state"}, Bad{"[]", "must be an object"}, Bad{"{}", "id"},
        Bad{R"({"id":"c","status":"created","bundle":"b","pid":1})", "absolute path"},
        Bad{R"({"id":"c","status":"created","bundle":"/b","pid":-1})", "no process id"},
        Bad{R"({"id":"c","status":"created","bundle":"/b","pid":99999999999})", "no process id"},
        Bad{R"({"id":"c","status":"created","bundle":"/b","pid":"1"})", "pid"},
        Bad{R"({"id":"c","id":"d"})", "id"}));

class BadSpec : public ::testing::TestWithParam<Bad> {};
TEST_P(BadSpec, IsRefusedWithTheMember) {
  const auto spec = read_spec(GetParam().text, "config.json");
  ASSERT_FALSE(spec.has_value());
  EXPECT_EQ(spec.error().code, Code::invalid_argument);
  EXPECT_THAT(spec.error().message, HasSubstr(GetParam().message));
}
INSTANTIATE_TEST_SUITE_P(
    Table, BadSpec,
    ::testing::Values(Bad{"[]", "config.json: must be an object"},
                      Bad{R"({"annotations":{"a":1}})", "expected a string"},
                      Bad{R"({"linux":{"sysctl":{"net.a":1}}})", "linux.sysctl"},
                      Bad{R"({"linux":{"sysctl":{"net.a":"1\u0000x"}}})", "linux.sysctl"},
                      Bad{R"({"linux":{"namespaces":[{"type":"ipc"},{"type":"ipc"}]}})",
                          "given twice"},
                      Bad{R"({"linux":{"namespaces":[{"path":"/x"}]}})", "type"},
                      Bad{R"({"linux":[]})", "linux"}));

TEST(Spec, RefusesWhatIsTooDeepOrTooLong) {
  EXPECT_FALSE(read_spec(std::string(100, '['), "config.json").has_value());
  EXPECT_FALSE(read_spec(std::string(kLimits.bytes + 1, ' '), "config.json").has_value());
}

TEST(Config, MustBeARegularFile) {
  const std::string path = std::filesystem::temp_directory_path() / "psys-oci-fifo";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const auto read = read_config(path);
  ::unlink(path.c_str());
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().code, Code::invalid_argument);
  EXPECT_EQ(read_config("/nowhere/config.json").error().code, Code::not_found);
}

TEST(Pod, IsWhatTheAnnotationsSay) {
  const struct {
    const char* annotations;
    Role role;
    const char* title;
  } rows[] = {
      {"{}", Role::single, "container 0123456789ab"},
      {R"({"io.kubernetes.cri.container-type":"sandbox","io.kubernetes.cri.sandbox-name":"web",
           "io.kubernetes.cri.sandbox-namespace":"shop"})",
       Role::sandbox, "pod shop/web"},
      {R"({"io.kubernetes.cri.container-type":"container","io.kubernetes.cri.sandbox-name":"web",
           "io.kubernetes.cri.sandbox-namespace":"shop"})",
       Role::settled, "pod shop/web"},
      {R"({"io.kubernetes.cri-o.ContainerType":"sandbox","io.kubernetes.cri-o.KubeName":"w\u001b",
           "io.kubernetes.cri-o.Namespace":"shop"})",
       Role::sandbox, "pod shop/w\\x1b"},
      // CRI-O gives a container the pod's annotations, and the kubelet's labels as annotations.
      {R"({"io.kubernetes.cri-o.ContainerType":"container","io.kubernetes.pod.name":"web",
           "io.kubernetes.pod.namespace":"shop"})",
       Role::member, "pod shop/web"},
      // podman 4
      {R"({"io.kubernetes.cri-o.ContainerType":"container"})", Role::member,
       "container 0123456789ab"},
      {R"({"io.kubernetes.cri-o.SandboxID":"abc"})", Role::single, "container 0123456789ab"}};
  for (const auto& row : rows) {
    const Pod pod = pod_of("0123456789abcdef",
                           spec_of(std::string(R"({"annotations":)") + row.annotations + "}"));
    EXPECT_EQ(pod.role, row.role) << row.annotations;
    EXPECT_EQ(pod.title, row.title);
  }
}

// podman 5
TEST(Pod, AContainerThatJoinsASandboxIsAMember) {
  const rules::Labels annotations{{"io.kubernetes.cri-o.SandboxID", "abc"}};
  const auto role = [](const rules::Labels& labels, std::string_view path) {
    return pod_of("c", Spec{labels, {{NamespaceKind::net, std::string(path)}}, {}}).role;
  };
  EXPECT_EQ(role(annotations, "/proc/7/ns/net"), Role::member);
  EXPECT_EQ(role(annotations, ""), Role::single);
  EXPECT_EQ(role({}, "/proc/7/ns/net"), Role::single);
}

TEST(Pod, HasLabelsWhereCrioSaysThem) {
  const auto labels = [](std::string_view type, std::string_view text) {
    return pod_of("c", Spec{{{"io.kubernetes.cri-o.ContainerType", std::string(type)},
                             {"io.kubernetes.cri-o.Labels", std::string(text)}},
                            {},
                            {}})
        .facts.labels;
  };
  EXPECT_EQ(labels("sandbox", R"({"app":"web"})").value().at("app"), "web");
  EXPECT_FALSE(labels("container", R"({"app":"web"})").has_value()) << "those are the container's";
  EXPECT_FALSE(labels("sandbox", "{").has_value());
  EXPECT_FALSE(labels("sandbox", R"({"app":1})").has_value());
}

TEST(Sharing, IsFoundOutByLooking) {
  const auto host = linux::HostNamespaces::read();
  if (!host) {
    GTEST_SKIP() << host.error().message;
  }
  Spec spec;
  spec.namespaces = {{NamespaceKind::net, "/proc/self/ns/net"}, {NamespaceKind::ipc, ""}};
  const auto sharing = sharing_of(spec, Role::single, *host);
  ASSERT_TRUE(sharing.has_value()) << sharing.error().message;
  EXPECT_EQ(sharing->net, NamespaceMode::host) << "by a path that looks like another container's";
  EXPECT_EQ(sharing->ipc, NamespaceMode::pod);
  EXPECT_EQ(sharing->uts, NamespaceMode::host) << "not listed";
  EXPECT_EQ(sharing->of(sysctl::Scope::node), NamespaceMode::host);
  spec.namespaces = {{NamespaceKind::net, "/dev/null"}};
  EXPECT_EQ(sharing_of(spec, Role::single, *host).error().code, Code::invalid_argument);
}

}  // namespace
}  // namespace podsysctl::oci
