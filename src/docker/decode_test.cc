// SPDX-License-Identifier: Apache-2.0
// Documents as daemons of Docker 1.12 (API 1.24), 20.10 (1.41) and 28 (1.50) write them, shortened.
#include "docker/decode.h"

#include <gmock/gmock.h>

namespace podsysctl::docker {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

constexpr std::string_view kRunning = R"({"Id":"8c7cb1","Created":"2026-11-26T11:10:57.40Z",
  "State":{"Status":"running","Running":true,"Paused":false,"Pid":4242,"ExitCode":0,"Error":"",
    "StartedAt":"2026-11-26T11:10:57.767972299Z","FinishedAt":"0001-01-01T00:00:00Z"},
  "Image":"sha256:d8fa","LogPath":"/var/lib/docker/containers/8c7cb1/8c7cb1-json.log","Name":"/web",
  "HostConfig":{"NetworkMode":"bridge","IpcMode":"shareable","Sysctls":{"net.core.somaxconn":"777"}},
  "Config":{"Tty":true,"OpenStdin":false,"Image":"busybox","Labels":{"io.podsysctl.pod":"u1"}},
  "NetworkSettings":{"Networks":{"bridge":{"IPAddress":"172.17.0.2","IPPrefixLen":16,
    "GlobalIPv6Address":"2001:db8::2","GlobalIPv6PrefixLen":64},"other":null}}})";

TEST(Decode, Container) {
  const auto container = decode_container(kRunning);
  ASSERT_TRUE(container) << container.error().message;
  EXPECT_EQ(container->id, "8c7cb1");
  EXPECT_EQ(container->name, "web");
  EXPECT_TRUE(container->running);
  EXPECT_TRUE(container->started);
  EXPECT_TRUE(container->tty);
  EXPECT_EQ(container->pid, 4242);
  EXPECT_EQ(container->log_path, "/var/lib/docker/containers/8c7cb1/8c7cb1-json.log");
  EXPECT_EQ(container->network_mode, "bridge");
  EXPECT_EQ(container->ipc_mode, "shareable");
  EXPECT_THAT(container->labels, ElementsAre(Pair("io.podsysctl.pod", "u1")));
  EXPECT_THAT(container->addresses, ElementsAre("172.17.0.2/16", "2001:db8::2/64"));
}

TEST(Decode, ContainerThatWasNeverStarted) {
  const auto container = decode_container(
      R"({"Id":"a","State":{"Running":false,"Pid":0,"ExitCode":127,"Error":"exec: \"/x\": not there",
         "StartedAt":"0001-01-01T00:00:00Z"},"Config":{"Labels":null},"NetworkSettings":{}})");
  ASSERT_TRUE(container) << container.error().message;
  EXPECT_FALSE(container->started);
  EXPECT_EQ(container->exit_code, 127);
  EXPECT_EQ(container->error, "exec: \"/x\": not there");
  EXPECT_THAT(container->labels, IsEmpty());
}

TEST(Decode, Image) {
  const auto image = decode_image(
      R"({"Id":"sha256:d8fa","RepoTags":["busybox:latest"],"Size":1984322,"Architecture":"amd64",
         "Config":{"User":"","Env":["PATH=/bin"],"Cmd":["sh"],"Entrypoint":null,"WorkingDir":"/w",
         "Labels":null,"StopSignal":"SIGQUIT"}})");
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(image->id, "sha256:d8fa");
  EXPECT_THAT(image->command, ElementsAre("sh"));
  EXPECT_THAT(image->entrypoint, IsEmpty());
  EXPECT_EQ(image->stop_signal, "SIGQUIT");
}

TEST(Decode, SmallAnswers) {
  EXPECT_THAT(decode_created(R"({"Id":"a1","Warnings":["w"]})")->warnings, ElementsAre("w"));
  EXPECT_THAT(decode_created(R"({"Id":"a1","Warnings":null})")->warnings, IsEmpty());
  EXPECT_EQ(decode_container_list(R"([{"Id":"a","Labels":{"k":"v"}},{"Id":"b"}])")->size(), 2U);
  EXPECT_EQ(decode_version(R"({"Version":"1.12","ApiVersion":"1.24"})")->api, "1.24");
  EXPECT_EQ(*decode_root_folder(R"({"DockerRootDir":"/var/lib/docker"})"), "/var/lib/docker");
  EXPECT_EQ(*decode_exec(R"({"Running":false,"ExitCode":3})")->exit_code, 3);
  EXPECT_FALSE(decode_exec(R"({"Running":true,"ExitCode":null})")->exit_code);
  EXPECT_EQ(*decode_wait(R"({"Error":null,"StatusCode":137})"), 137);
  const auto progress = decode_progress(
      R"({"status":"Downloading","progressDetail":{"current":5,"total":9},"id":"d8fa"})");
  ASSERT_TRUE(progress);
  EXPECT_EQ(progress->layer, "d8fa");
  EXPECT_EQ(progress->total, 9);
}

TEST(Decode, ErrorsAreWhole) {
  EXPECT_EQ(decode_error(R"({"message":"No such container: t1"})"), "No such container: t1");
  EXPECT_EQ(decode_error("proxy says no\n"), "proxy says no");
  EXPECT_EQ(decode_error(""), "it gave no reason");
}

TEST(Decode, RefusesWhatIsOfAnotherShape) {
  struct Row {
    const char* text;
    const char* message;
  };
  for (const Row& row :
       {Row{"", "container"}, Row{"[]", "container"}, Row{R"({"Id":"a"})", "State"},
        Row{R"({"Id":5,"State":{}})", "Id"}, Row{R"({"Id":"a","State":{"Pid":"x"}})", "State.Pid"},
        Row{R"({"Id":"a","State":{},"Config":{"Labels":[]}})", "Config.Labels"},
        Row{R"({"Id":"a\u0000","State":{}})", "Id"}}) {
    const auto container = decode_container(row.text);
    ASSERT_FALSE(container) << row.text;
    EXPECT_EQ(container.error().code, Code::invalid_argument) << row.text;
    EXPECT_THAT(container.error().message, HasSubstr(row.message)) << row.text;
  }
  EXPECT_FALSE(decode_wait(R"({"StatusCode":-1})"));
  EXPECT_FALSE(decode_wait(R"({"StatusCode":4294967297})"));
}

TEST(Encode, LeavesOutWhatIsLeftToTheDaemon) {
  EXPECT_EQ(encode(ContainerSpec{.image = "busybox"}),
            R"({"Image":"busybox","AttachStdout":true,"AttachStderr":true,"HostConfig":{}})");
}

TEST(Encode, Container) {
  const std::string text =
      encode(ContainerSpec{.image = "busybox",
                           .command = {"sh"},
                           .sysctls = {{"net.core.somaxconn", "777"}},
                           .network_mode = "container:a",
                           .mounts = {{"/a", "/b", true}, {"/c", "/d", false, "rslave"}},
                           .ports = {{80, 8080, "127.0.0.1", "tcp"}},
                           .cpu_quota = 5000,
                           .log_driver = "json-file"});
  for (const char* part :
       {R"("Cmd":["sh"])", R"("Sysctls":{"net.core.somaxconn":"777"})",
        R"("NetworkMode":"container:a")",
        R"("Mounts":[{"Type":"bind","Source":"/a","Target":"/b","ReadOnly":true},)"
        R"({"Type":"bind","Source":"/c","Target":"/d","ReadOnly":false,)"
        R"("BindOptions":{"Propagation":"rslave"}}])",
        R"("PortBindings":{"80/tcp":[{"HostIp":"127.0.0.1","HostPort":"8080"}]})",
        R"("ExposedPorts":{"80/tcp":{}})", R"("CpuQuota":5000)",
        R"("LogConfig":{"Type":"json-file","Config":{}})"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST(Encode, Exec) {
  EXPECT_EQ(encode(ExecSpec{.command = {"ls"}, .user = "1", .tty = true}),
            R"({"Cmd":["ls"],"AttachStdout":true,"AttachStderr":true,"User":"1","Tty":true})");
}

}  // namespace
}  // namespace podsysctl::docker
