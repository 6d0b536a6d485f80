// SPDX-License-Identifier: Apache-2.0
#include "engine/docker/plan.h"

#include <gmock/gmock.h>

#include "engine/docker/names.h"

namespace podsysctl::engine {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

const std::string kId(64, 'a');

sysctl::Setting setting(const std::string& text) {
  return *sysctl::parse_assignment(text, {.source = "--sysctl"});
}

struct Fixture {
  pod::PodSpec pod;
  SandboxRequest request{.place = {"uid1", "/pods/uid1"}, .id = kId, .pod = pod};
  Fixture() {
    pod.name = "web";
    pod.containers.push_back({.name = "main", .image = "busybox"});
  }
};

TEST(Plan, AnImageIsOneContainerWithItsSysctls) {
  Fixture f;
  f.pod.sysctls = {setting("net.core.somaxconn=777"), setting("net.core.somaxconn=777")};
  f.request.settings_for_runtime = f.pod.sysctls;
  EXPECT_FALSE(plan_single(f.request)) << "a pod has a pause container";
  f.request.shape = Shape::one_container;
  const auto single = plan_single(f.request);
  ASSERT_TRUE(single);
  EXPECT_THAT(single->sysctls, ElementsAre(Pair("net.core.somaxconn", "777")));
  EXPECT_EQ(single->network_mode, "bridge");
  EXPECT_EQ(single->ipc_mode, "private");
}

TEST(Plan, WhatIsWrittenInOrderNeedsAPauseContainer) {
  Fixture f;
  f.request.shape = Shape::one_container;
  f.pod.sysctls = {setting("net.core.somaxconn=777"), setting("net.ipv4.conf.eth0.forwarding=1")};
  f.request.settings_for_runtime = {f.pod.sysctls[0]};
  EXPECT_FALSE(plan_single(f.request));
}

TEST(Plan, TheRecordOfASingleContainerIsReadBack) {
  const SingleContainer single{.network_mode = "container:k",
                               .ipc_mode = "private",
                               .sysctls = {{"net.ipv4.tcp_rmem", "1\t2 \"3\""}}};
  const auto read = single_container_of(to_record(single));
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_TRUE(*read);
  EXPECT_EQ((*read)->network_mode, "container:k");
  EXPECT_EQ((*read)->sysctls, single.sysctls);
  EXPECT_FALSE(*single_container_of(""));
  for (const char* bad : {"{", "[]", R"({"network":"none","ipc":"","sysctls":[["a"]]})"}) {
    const auto refused = single_container_of(bad);
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().code, Code::invalid_argument) << bad;
  }
}

TEST(Plan, ThePauseContainerHoldsTheNamespaces) {
  Fixture f;
  f.request.settings_for_runtime = {setting("net.core.somaxconn=777")};
  f.pod.containers[0].ports = {{.container_port = 80, .host_port = 8080}, {.container_port = 81}};
  f.pod.host_aliases = {{"10.9.9.9", "db"}};
  const docker::ContainerSpec pause = plan_pause(f.request, "podsysctl/pause:1");
  EXPECT_EQ(pause.image, "podsysctl/pause:1");
  EXPECT_THAT(pause.sysctls, ElementsAre(Pair("net.core.somaxconn", "777")));
  EXPECT_EQ(pause.network_mode, "bridge");
  EXPECT_EQ(pause.ipc_mode, "shareable");
  EXPECT_EQ(pause.hostname, "web");
  ASSERT_EQ(pause.ports.size(), 1U);
  EXPECT_EQ(pause.ports[0].host_port, 8080);
  EXPECT_THAT(pause.extra_hosts, ElementsAre("db:10.9.9.9"));
  EXPECT_THAT(pause.cap_drop, ElementsAre("ALL"));
  EXPECT_EQ(pause.labels.at(std::string(kLabelSandbox)), kId);
}

TEST(Plan, ThePauseContainerSharesWhatThePodShares) {
  Fixture f;
  f.request.network = sandbox::NetworkMode::host;
  f.pod.ipc = pod::Share::host;
  const docker::ContainerSpec pause = plan_pause(f.request, "p");
  EXPECT_EQ(pause.network_mode, "host");
  EXPECT_EQ(pause.uts_mode, "host");
  EXPECT_EQ(pause.ipc_mode, "host");
  EXPECT_EQ(pause.hostname, "");
}

struct ContainerFixture : Fixture {
  image::Image image{.name = "busybox:latest"};
  SandboxState state{.id = kId};
  CgroupLayout layout;

  Result<ContainerPlan> plan(const std::optional<SingleContainer>& single = {}) {
    const ContainerRequest request_of_it{.place = {"uid1", "/pods/uid1"},
                                         .id = std::string(64, 'b'),
                                         .pod = pod,
                                         .container = pod.containers[0],
                                         .image = image,
                                         .sandbox = state};
    return plan_container(request_of_it, {{"/host", "/in", pod::Access::read_only}}, layout, single,
                          "pause1");
  }
};

TEST(Plan, AContainerJoinsThePauseContainer) {
  ContainerFixture f;
  f.pod.sysctls = {setting("net.core.somaxconn=1"), setting("kernel.domainname=x")};
  f.pod.share_process_namespace = true;
  pod::Container& container = f.pod.containers[0];
  container.command = {"sh"};
  container.args = {"-c", "true"};
  container.env = {{"A", "b=c"}};
  const auto plan = f.plan();
  ASSERT_TRUE(plan) << plan.error().message;
  const docker::ContainerSpec& spec = plan->spec;
  EXPECT_EQ(spec.network_mode, "container:pause1");
  EXPECT_EQ(spec.ipc_mode, "container:pause1");
  EXPECT_EQ(spec.pid_mode, "container:pause1");
  EXPECT_EQ(spec.hostname, "");
  // Docker gives each container a uts namespace of its own.
  EXPECT_THAT(spec.sysctls, ElementsAre(Pair("kernel.domainname", "x")));
  EXPECT_THAT(spec.entrypoint, ElementsAre("sh"));
  EXPECT_THAT(spec.env, ElementsAre("A=b=c"));
  ASSERT_EQ(spec.mounts.size(), 1U);
  EXPECT_TRUE(spec.mounts[0].read_only);
  EXPECT_EQ(spec.log_driver, "json-file");
}

TEST(Plan, AJoinedNetworkHasNeitherNameNorPorts) {
  ContainerFixture f;
  f.pod.containers[0].ports = {{.container_port = 80, .host_port = 8080}};
  const auto plan = f.plan(SingleContainer{.network_mode = "container:k", .ipc_mode = "private"});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->spec.network_mode, "container:k");
  EXPECT_EQ(plan->spec.hostname, "");
  EXPECT_THAT(plan->spec.ports, IsEmpty());
}

TEST(Plan, SecurityContext) {
  ContainerFixture f;
  f.image.config.user = "www:www";
  pod::SecurityContext& security = f.pod.containers[0].security;
  security.run_as_group = 3000;
  security.allow_privilege_escalation = false;
  security.read_only_root_filesystem = true;
  security.supplemental_groups = {7};
  security.capabilities = {{"NET_ADMIN"}, {"ALL"}};
  security.seccomp.kind = pod::SeccompProfile::Kind::unconfined;
  const auto plan = f.plan();
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->spec.user, "www:3000");
  EXPECT_THAT(plan->spec.group_add, ElementsAre("7"));
  EXPECT_THAT(plan->spec.security_opt, ElementsAre("no-new-privileges", "seccomp=unconfined"));
  EXPECT_TRUE(plan->spec.read_only_root);
  EXPECT_THAT(plan->spec.cap_drop, ElementsAre("ALL"));
}

TEST(Plan, RunAsNonRootIsDecidedFromWhatIsWritten) {
  struct Row {
    const char* image_user;
    std::optional<std::int64_t> run_as_user;
    const char* user;
    const char* refusal;  // "": none
  };
  for (const Row& row :
       {Row{"", {}, "", "image will run as root"}, Row{"0:5", {}, "", "as root"},
        Row{"1000", {}, "", ""}, Row{"www", {}, "", "non-numeric user (www)"},
        Row{"www", 5, "", ""}, Row{"1000", 0, "", "breaks non-root policy"},
        Row{"1000", {}, "root", "breaks non-root policy"}, Row{"", {}, "5:6", ""}}) {
    ContainerFixture f;
    f.image.config.user = row.image_user;
    f.pod.containers[0].user = row.user;
    f.pod.containers[0].security.run_as_non_root = true;
    f.pod.containers[0].security.run_as_user = row.run_as_user;
    const auto plan = f.plan();
    ASSERT_EQ(plan.has_value(), std::string_view(row.refusal).empty())
        << row.image_user << row.user;
    if (!plan) {
      EXPECT_EQ(plan.error().code, Code::denied_by_policy);
      EXPECT_THAT(plan.error().message, HasSubstr(row.refusal));
    }
  }
}

TEST(Plan, AStopSignalThatIsNoneIsReplaced) {
  for (const auto& [asked, made] :
       {std::pair{"", ""}, {"SIGQUIT", ""}, {"RTMIN+3", ""}, {"SIGNOTHING", "SIGTERM"}}) {
    ContainerFixture f;
    f.image.config.stop_signal = asked;
    EXPECT_EQ(f.plan()->spec.stop_signal, made) << asked;
  }
}

TEST(Plan, AProfileThatIsNotThereIsNamed) {
  ContainerFixture f;
  f.pod.containers[0].security.seccomp = {pod::SeccompProfile::Kind::localhost,
                                          "/nonexistent/p.json"};
  const auto plan = f.plan();
  ASSERT_FALSE(plan);
  EXPECT_THAT(plan.error().message, HasSubstr("/nonexistent/p.json"));
}

}  // namespace
}  // namespace podsysctl::engine
