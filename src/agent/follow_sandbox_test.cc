// SPDX-License-Identifier: Apache-2.0
// From what Docker and the Container Runtime Interface tell to a sandbox.
#include <gmock/gmock.h>

#include "agent/cri_sandbox.h"
#include "agent/docker_sandbox.h"

namespace podsysctl::agent {
namespace {

using testing::ElementsAre;
using testing::Pair;

const Source kSource{.door = "unix:///run/docker.sock", .runtime = "docker 20.10.24"};

docker::Container container() {
  return {.id = "c0ffee",
          .name = "web",
          .running = true,
          .pid = 42,
          .labels = {{"app", "shop"}, {"podsysctl.io/sysctls", "net.core.somaxconn = 1024"}},
          .network_mode = "bridge",
          .runtime = "runc"};
}

TEST(DockerSandbox, IsAContainerWithANetworkOfItsOwn) {
  const auto sandbox = sandbox_of(container(), kSource);
  ASSERT_TRUE(sandbox);
  EXPECT_EQ(sandbox->id, "c0ffee");
  EXPECT_EQ(sandbox->name, "web");
  EXPECT_EQ(sandbox->namespace_, "docker");
  EXPECT_EQ(sandbox->pid, 42);
  EXPECT_EQ(sandbox->group, "c0ffee");
  EXPECT_EQ(sandbox->handler, "runc");
  EXPECT_EQ(sandbox->source.runtime, "docker 20.10.24");
  EXPECT_THAT(sandbox->annotations,
              ElementsAre(Pair("podsysctl.io/sysctls", "net.core.somaxconn = 1024")));
  EXPECT_EQ(sandbox->labels.at("app"), "shop");
}

TEST(DockerSandbox, TakesTheAnnotationBeforeTheLabel) {
  docker::Container both = container();
  both.annotations = {{"podsysctl.io/sysctls", "net.core.somaxconn = 2048"}, {"other", "x"}};
  const auto sandbox = sandbox_of(both, kSource);
  ASSERT_TRUE(sandbox);
  EXPECT_EQ(sandbox->annotations.at("podsysctl.io/sysctls"), "net.core.somaxconn = 2048");
  EXPECT_EQ(sandbox->annotations.at("other"), "x");
}

TEST(DockerSandbox, HasNoProcessOnceItHasEnded) {
  docker::Container ended = container();
  ended.running = false;
  EXPECT_EQ(sandbox_of(ended, kSource)->pid, 0);
}

TEST(DockerSandbox, IsAPodOfKubernetesByItsPauseContainer) {
  docker::Container pause = container();
  pause.network_mode = "none";
  pause.labels = {
      {"io.kubernetes.docker.type", "podsandbox"},   {"io.kubernetes.pod.name", "web-0"},
      {"io.kubernetes.pod.namespace", "shop"},       {"io.kubernetes.pod.uid", "u1"},
      {"podsysctl.io/sysctls", "kernel.msgmax = 1"},  // a label of a pod is none of these
      {"annotation.podsysctl.io/profile", "web"}};
  const auto sandbox = sandbox_of(pause, kSource);
  ASSERT_TRUE(sandbox);
  EXPECT_EQ(sandbox->name, "web-0");
  EXPECT_EQ(sandbox->namespace_, "shop");
  EXPECT_EQ(sandbox->uid, "u1");
  EXPECT_THAT(sandbox->annotations, ElementsAre(Pair("podsysctl.io/profile", "web")));
}

TEST(DockerSandbox, IsNoContainerThatBelongsToAnother) {
  docker::Container joined = container();
  joined.network_mode = "container:beef";
  EXPECT_FALSE(sandbox_of(joined, kSource));
  docker::Container of_pod = container();
  of_pod.labels.emplace_back("io.kubernetes.docker.type", "container");
  EXPECT_FALSE(sandbox_of(of_pod, kSource));
  docker::Container ours = container();
  ours.labels.emplace_back("io.podsysctl.sandbox", "s1");
  EXPECT_FALSE(sandbox_of(ours, kSource));
}

TEST(CriSandbox, HasTheProcessAndThePlacesThatTheRuntimeTells) {
  cri::SandboxStatus status{.sandbox = {.id = "s1",
                                        .name = "web-0",
                                        .uid = "u1",
                                        .namespace_ = "shop",
                                        .labels = {{"app", "shop"}},
                                        .annotations = {{"podsysctl.io/profile", "web"}},
                                        .handler = "kata"}};
  status.info["info"] = R"({"pid":42,"runtimeSpec":{"linux":{"namespaces":[{"type":"ipc"},
      {"type":"mount","path":"/m"},{"type":"network","path":"/run/netns/1"}]}}})";
  const auto sandbox = sandbox_of(status, kSource);
  ASSERT_TRUE(sandbox) << sandbox.error().message;
  EXPECT_EQ(sandbox->name, "web-0");
  EXPECT_EQ(sandbox->handler, "kata");
  EXPECT_EQ(sandbox->pid, 42);
  EXPECT_EQ(sandbox->annotations.at("podsysctl.io/profile"), "web");
  ASSERT_EQ(sandbox->places.size(), 1U);
  EXPECT_EQ(sandbox->places[0].kind, linux::NamespaceKind::net);
  EXPECT_EQ(sandbox->places[0].path, "/run/netns/1");
}

TEST(CriSandbox, IsNoneWhereTheRuntimeTellsNoProcess) {
  const auto sandbox = sandbox_of(cri::SandboxStatus{.sandbox = {.id = "s1"}}, kSource);
  ASSERT_FALSE(sandbox);
  EXPECT_EQ(sandbox.error().code, Code::unsupported);
}

}  // namespace
}  // namespace podsysctl::agent
