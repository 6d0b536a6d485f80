// SPDX-License-Identifier: Apache-2.0
// What the runtime is told of pods and containers, and where it is looked for.
#include <stdlib.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/cri/container_config.h"
#include "engine/cri/endpoint.h"
#include "engine/cri/sandbox_config.h"

namespace podsysctl::engine {
namespace {

sysctl::Setting setting(const std::string& text) {
  return *sysctl::parse_assignment(text, {.source = "--sysctl"});
}

TEST(CriEndpoint, IsASocketOfThisMachine) {
  for (const char* const text : {"unix:///run/a.sock", "unix:/run/a.sock", "/run/a.sock"}) {
    const auto path = socket_of_endpoint(text);
    ASSERT_TRUE(path) << text;
    EXPECT_EQ(*path, "/run/a.sock");
  }
  for (const char* const text : {"tcp://10.0.0.1:1", "run/a.sock", ""}) {
    const auto path = socket_of_endpoint(text);
    ASSERT_FALSE(path) << text;
    EXPECT_EQ(path.error().code, Code::invalid_argument);
    EXPECT_NE(path.error().message.find("is no address of a container runtime on this machine"),
              std::string::npos);
  }
}

TEST(CriEndpoint, IsFoundInTheOrderOfTheManual) {
  ASSERT_EQ(::setenv("CONTAINER_RUNTIME_ENDPOINT", "unix:///run/of-environment.sock", 1), 0);
  EXPECT_EQ(*find_endpoint("/run/given.sock", {}), "unix:///run/given.sock");
  EXPECT_EQ(*find_endpoint("", {}), "unix:///run/of-environment.sock");
  ASSERT_EQ(::unsetenv("CONTAINER_RUNTIME_ENDPOINT"), 0);
  const auto none = find_endpoint("", {"/no/such/a.sock", "/no/such/b.sock"});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Code::not_found);
  EXPECT_EQ(none.error().message,
            "no container runtime was found: there is no socket /no/such/a.sock, /no/such/b.sock; "
            "start one, or name its socket with --cri-endpoint or $CONTAINER_RUNTIME_ENDPOINT");
}

class CriConfig : public ::testing::Test {
 protected:
  CriConfig() {
    pod_.name = "web";
    pod_.labels = {{"app", "web"}};
    pod_.containers.push_back({.name = "main", .image = "nginx"});
    image_.digest = "sha256:1";
  }
  pod::Container& container() { return pod_.containers[0]; }
  Result<cri::SandboxConfig> sandbox(sandbox::NetworkMode network) {
    return sandbox_config({.place = place_,
                           .id = "s1",
                           .pod = pod_,
                           .network = network,
                           .settings_for_runtime = {setting("net.core.somaxconn=777")}});
  }
  Result<cri::ContainerConfig> made(const std::vector<BindMount>& binds = {}) {
    return container_config({.place = place_,
                             .id = "c1",
                             .pod = pod_,
                             .container = pod_.containers[0],
                             .image = image_,
                             .sandbox = state_,
                             .log_path = "/pods/u1/logs/main.log"},
                            binds);
  }

  PodPlace place_{"u1", "/pods/u1"};
  pod::PodSpec pod_;
  image::Image image_;
  SandboxState state_;
};

TEST_F(CriConfig, ASandboxCarriesWhatThePodAsksFor) {
  container().ports = {{.container_port = 80, .host_port = 8080, .host_ip = "127.0.0.1"},
                       {.container_port = 81}};
  container().security.privileged = true;
  pod_.share_process_namespace = true;
  pod_.ipc = pod::Share::host;
  const auto config = sandbox(sandbox::NetworkMode::bridge);
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->uid, "u1");
  EXPECT_EQ(config->hostname, "web");
  EXPECT_EQ(config->log_directory, "/pods/u1/logs");
  EXPECT_EQ(config->labels.at("podsysctl.io/sandbox-id"), "s1");
  EXPECT_EQ(config->labels.at("io.kubernetes.pod.uid"), "u1");
  EXPECT_EQ(config->labels.at("app"), "web");
  EXPECT_EQ(config->sysctls, (cri::StringMap{{"net.core.somaxconn", "777"}}));
  ASSERT_EQ(config->ports.size(), 1U);
  EXPECT_EQ(config->ports[0].host_ip, "127.0.0.1");
  EXPECT_TRUE(config->privileged);
  EXPECT_EQ(config->namespaces.ipc, cri::NamespaceMode::node);
  EXPECT_EQ(config->namespaces.pid, cri::NamespaceMode::pod);
  EXPECT_TRUE(config->dns);
}

TEST_F(CriConfig, TheHostsNetworkHasTheHostsNameAndNoPorts) {
  pod_.network = pod::Share::host;
  container().ports = {{.container_port = 80, .host_port = 80}};
  const auto config = sandbox(sandbox::NetworkMode::host);
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->hostname, "");
  EXPECT_EQ(config->namespaces.network, cri::NamespaceMode::node);
  EXPECT_TRUE(config->ports.empty());
  EXPECT_FALSE(config->dns);
}

TEST_F(CriConfig, NoNetworkIsNotToBeHad) {
  const auto config = sandbox(sandbox::NetworkMode::none);
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code, Code::unsupported);
  EXPECT_TRUE(config.error().message.starts_with("--network none: "));
}

TEST_F(CriConfig, AContainerCarriesWhatItAsksFor) {
  container().command = {"sh"};
  container().args = {"-c", "id"};
  container().env = {{"A", "1"}};
  container().resources = {.cpu_limit_milli = 500, .memory_limit = 1 << 20};
  container().security.allow_privilege_escalation = false;
  container().security.capabilities.add = {"NET_ADMIN"};
  container().security.seccomp = {pod::SeccompProfile::Kind::localhost, "/p.json"};
  const auto config =
      made({{"/src", "/data", pod::Access::read_only},
            {"/late", "/late", pod::Access::read_write, pod::Propagation::from_host}});
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->image, "sha256:1");
  EXPECT_EQ(config->args, (std::vector<std::string>{"-c", "id"}));
  EXPECT_EQ(config->log_path, "main.log");
  EXPECT_EQ(config->labels.at("podsysctl.io/container-id"), "c1");
  ASSERT_EQ(config->mounts.size(), 2U);
  EXPECT_EQ(config->mounts[0].container_path, "/data");
  EXPECT_TRUE(config->mounts[0].read_only);
  EXPECT_FALSE(config->mounts[0].sees_later_mounts);
  EXPECT_TRUE(config->mounts[1].sees_later_mounts);
  EXPECT_EQ(config->resources.cpu_quota, 50000);
  EXPECT_EQ(config->resources.cpu_shares, 512);
  EXPECT_EQ(config->resources.memory_limit, 1 << 20);
  EXPECT_TRUE(config->security.no_new_privileges);
  EXPECT_THAT(config->security.read_only_paths, ::testing::Contains("/proc/sys"));
  EXPECT_THAT(config->security.masked_paths, ::testing::Contains("/proc/kcore"));
  EXPECT_EQ(config->security.seccomp.kind, cri::SeccompProfile::Kind::localhost);
  EXPECT_EQ(config->security.namespaces.pid, cri::NamespaceMode::container);
}

TEST_F(CriConfig, APrivilegedContainerSeesAll) {
  container().security.privileged = true;
  const auto config = made();
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_TRUE(config->security.read_only_paths.empty());
  EXPECT_TRUE(config->security.masked_paths.empty());
  EXPECT_EQ(config->security.seccomp.kind, cri::SeccompProfile::Kind::unconfined);
}

TEST_F(CriConfig, UsersAreGivenByNumberOrName) {
  struct Row {
    const char* user;
    std::optional<std::int64_t> uid;
    const char* name;
    std::optional<std::int64_t> gid;
  };
  const Row rows[] = {{"1000", 1000, "", {}},
                      {"1000:20", 1000, "", 20},
                      {"www", {}, "www", {}},
                      {"www:33", {}, "www", 33}};
  for (const Row& row : rows) {
    container().user = row.user;
    const auto config = made();
    ASSERT_TRUE(config) << row.user;
    EXPECT_EQ(config->security.run_as_user, row.uid) << row.user;
    EXPECT_EQ(config->security.run_as_username, row.name) << row.user;
    EXPECT_EQ(config->security.run_as_group, row.gid) << row.user;
  }
}

TEST_F(CriConfig, RefusesWhatTheInterfaceHasNoWordsFor) {
  container().user = "www:staff";
  const auto group = made();
  ASSERT_FALSE(group);
  EXPECT_EQ(group.error().message,
            "--user \"www:staff\": a container runtime of Kubernetes takes groups by number only");
  container().user.clear();
  container().args = {"\xff"};
  const auto bytes = made();
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().code, Code::invalid_argument);
}

TEST_F(CriConfig, InputAndTerminalAreTheContainers) {
  EXPECT_FALSE(made()->tty);
  EXPECT_FALSE(made()->open_stdin);
  container().tty = true;
  container().open_stdin = true;
  EXPECT_TRUE(made()->tty);
  EXPECT_TRUE(made()->open_stdin);
}

TEST_F(CriConfig, RunAsNonRootIsCheckedAsTheKubeletDoes) {
  struct Row {
    const char* of_image;
    std::optional<std::int64_t> uid;
    const char* message;
  };
  const Row rows[] = {
      {"", 1000, ""},
      {"33:33", {}, ""},
      {"", 0, "container's runAsUser breaks non-root policy (container: main)"},
      {"",
       {},
       "container has runAsNonRoot and image will run as root (container: main); set runAsUser"},
      {"0",
       {},
       "container has runAsNonRoot and image will run as root (container: main); set runAsUser"},
      {"www",
       {},
       "container has runAsNonRoot and image has non-numeric user (www), cannot verify user is "
       "non-root (container: main); set runAsUser to a number"}};
  container().security.run_as_non_root = true;
  for (const Row& row : rows) {
    image_.config.user = row.of_image;
    container().security.run_as_user = row.uid;
    const auto config = made();
    EXPECT_EQ(config ? "" : config.error().message, row.message);
    EXPECT_TRUE(config || config.error().code == Code::denied_by_policy);
  }
}

}  // namespace
}  // namespace podsysctl::engine
