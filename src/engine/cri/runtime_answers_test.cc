// SPDX-License-Identifier: Apache-2.0
// What is made of a runtime's answers: failures, processes, images.
#include <signal.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "cri/cri.pb.h"
#include "cri/testing/fake_server.h"
#include "engine/cri/failures.h"
#include "engine/cri/images.h"
#include "engine/cri/runtime_containers.h"
#include "engine/cri/sandbox_process.h"
#include "engine/refused_setting.h"

namespace podsysctl::engine {
namespace {

namespace v1 = ::runtime::v1;
using cri::testing::Answer;
using cri::testing::FakeServer;
using image::Pull;

std::vector<sysctl::Setting> settings() {
  return {*sysctl::parse_assignment("net.core.somaxconn=777", {.source = "--sysctl"}),
          *sysctl::parse_assignment("kernel.msgmax=x", {.source = "--sysctl"})};
}

TEST(CriFailures, SayWhichSettingAndWhyInFrontOfTheRuntimesText) {
  struct Row {
    const char* text;
    Code code;
    const char* front;
  };
  const Row rows[] = {
      {"open /proc/sys/net/core/somaxconn: no such file or directory: unknown", Code::not_found,
       "sysctl net.core.somaxconn = 777 (--sysctl) does not exist in the pod's namespaces on this "
       "kernel: "},
      {"write /proc/sys/kernel/msgmax: invalid argument", Code::invalid_argument,
       "sysctl kernel.msgmax = x (--sysctl) was given a value that the kernel refuses: "},
      {"write /proc/sys/kernel/msgmax: no such file or directory", Code::invalid_argument,
       "sysctl kernel.msgmax = x (--sysctl) was given a value that the kernel refuses: "},
      {"sysctl \"net.core.somaxconn\" not allowed in host network namespace",
       Code::denied_by_policy,
       "sysctl net.core.somaxconn = 777 (--sysctl) belongs to the network namespace, and the pod "
       "uses the host's: "},
      {"write to `/proc/sys/net/core/somaxconn`: Operation not permitted", Code::permission,
       "sysctl net.core.somaxconn = 777 (--sysctl) may not be written by the runtime: "},
      {"no runtime for \"kata\" is configured", Code::internal, ""},
      {"no such file or directory", Code::internal, ""},
  };
  for (const Row& row : rows) {
    const Error error = explain_refused_setting({Code::internal, 0, row.text}, settings());
    EXPECT_EQ(error.code, row.code) << row.text;
    EXPECT_EQ(error.message, std::string(row.front) + row.text);
  }
}

TEST(CriFailures, HaveDockersExitCodes) {
  const std::pair<const char*, int> rows[] = {
      {"runc create failed: exec: \"x\": executable file not found in $PATH", 127},
      {"runc create failed: exec: \"/etc\": permission denied", 126},
      {"failed to create shim", 125}};
  for (const auto& [text, exit_code] : rows) {
    const StartFailure failure = explain_start_failure({Code::internal, 0, text});
    EXPECT_EQ(failure.exit_code, exit_code);
    EXPECT_NE(failure.error.message.find(text), std::string::npos);
  }
  EXPECT_EQ(explain_start_failure({Code::unavailable, 0, "gone"}).error.message, "gone");
  EXPECT_EQ(explain_start_failure({Code::internal, 0, "StartContainer: no shim"}).error.message,
            "StartContainer: no shim");
}

cri::SandboxStatus status_with(const std::string& info) {
  cri::SandboxStatus status{.sandbox = {.id = "s0123456789abcdef"}};
  if (!info.empty()) {
    status.info["info"] = info;
  }
  return status;
}

TEST(CriSandboxProcess, IsProvenBeforeItIsBelieved) {
  struct Row {
    std::string info;
    Code code;
    std::string words;
  };
  const Row rows[] = {{"", Code::unsupported, "does not tell the process"},
                      {"{", Code::invalid_argument, "the runtime's status"},
                      {R"({"pid":4194304})", Code::not_found, ""},
                      {fmt::format(R"({{"pid":{}}})", ::getpid()), Code::unsupported,
                       "is not the sandbox s0123456789a, as the container runtime says"},
                      {R"({"pid":"x"})", Code::invalid_argument, "the runtime's status: pid"}};
  for (const Row& row : rows) {
    const auto found = sandbox_process(status_with(row.info), {});
    ASSERT_FALSE(found) << row.info;
    EXPECT_EQ(found.error().code, row.code) << found.error().message;
    EXPECT_NE(found.error().message.find(row.words), std::string::npos) << found.error().message;
  }
}

// CRI-O drops the process and pins the namespaces.
TEST(CriSandboxProcess, MayBeNoneWhereTheNamespacesArePinned) {
  const auto found =
      sandbox_process(status_with(R"({"runtimeSpec":{"linux":{"namespaces":[{"type":"network",
                      "path":"/var/run/netns/a"},{"type":"ipc","path":"/var/run/ipcns/a"},
                      {"type":"mount"}]}}})"),
                      {.ipc = cri::NamespaceMode::node});
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->process.pid, 0);
  EXPECT_EQ(found->namespaces,
            (std::vector<store::NamespaceRecord>{{"net", "/var/run/netns/a"}, {"ipc", "host"}}));
  const auto target = target_of({}, {{"net", "/no/such/netns"}});
  ASSERT_FALSE(target);
  EXPECT_EQ(target.error().code, Code::not_found);
  // What turns out to be the host's is never handed out.
  const auto host = target_of({}, {{"net", "/proc/self/ns/net"}});
  ASSERT_TRUE(host) << host.error().message;
  EXPECT_FALSE(host->net);
}

TEST(RuntimeContainers, AShimThatHangsUpIsNoErrorOnceTheContainerHasEnded) {
  for (const v1::ContainerState state : {v1::CONTAINER_EXITED, v1::CONTAINER_RUNNING}) {
    const FakeServer server([&](std::string_view path, std::string_view) -> Answer {
      if (path.ends_with("/StopContainer")) {
        return {.grpc_status = 2, .grpc_message = "ttrpc: closed"};
      }
      v1::ContainerStatusResponse reply;
      reply.mutable_status()->set_state(state);
      return {.messages = {reply.SerializeAsString()}};
    });
    cri::Client client(server.socket_path());
    RuntimeContainers containers(client);
    const SandboxState sandbox;
    const StopRequest request{.container = {.id = "c", .runtime_id = "c1", .sandbox = sandbox},
                              .signal = SIGTERM};
    const auto stopped = containers.stop({request}, std::chrono::milliseconds(0));
    ASSERT_EQ(stopped.has_value(), state == v1::CONTAINER_EXITED);
    if (!stopped) {
      EXPECT_EQ(stopped.error().message, "StopContainer: ttrpc: closed (Unknown)");
    }
  }
}

// A runtime with one image, or none until it is pulled.
class ImageRuntime {
 public:
  explicit ImageRuntime(bool has_it, bool registry_answers)
      : has_it_(has_it), registry_answers_(registry_answers) {}

  Answer answer(std::string_view path, std::string_view request) {
    if (path.ends_with("/PullImage")) {
      ++pulls;
      asked.ParseFromString(std::string(request));
      has_it_ = has_it_ || registry_answers_;
      if (!registry_answers_) {
        return {.grpc_status = 2, .grpc_message = "network is unreachable"};
      }
      v1::PullImageResponse reply;
      reply.set_image_ref("sha256:1");
      return {.messages = {reply.SerializeAsString()}};
    }
    if (path.ends_with("/Version")) {
      v1::VersionResponse reply;
      reply.set_runtime_name("cri-o");
      return {.messages = {reply.SerializeAsString()}};
    }
    v1::ImageStatusResponse reply;
    if (has_it_) {
      reply.mutable_image()->set_id("sha256:1");
      (*reply.mutable_info())["info"] =
          R"({"imageSpec":{"config":{"Cmd":["sh"],"StopSignal":"SIGQUIT","User":null}}})";
    }
    return {.messages = {reply.SerializeAsString()}};
  }

  int pulls = 0;
  v1::PullImageRequest asked;

 private:
  bool has_it_;
  bool registry_answers_;
};

Result<image::Resolved> resolve(ImageRuntime& runtime, const char* name, Pull pull,
                                const std::string& secret = R"({"auths":{"docker.io":{}}})") {
  const FakeServer server([&](std::string_view path, std::string_view request) {
    return runtime.answer(path, request);
  });
  cri::Client client(server.socket_path());
  image::NoProgress progress;
  return resolve_cri_image(client, {*image::parse_reference(name), pull, {{secret}, "/dev/null"}},
                           progress);
}

TEST(CriImages, ArePulledAsThePolicySays) {
  struct Row {
    bool has_it;
    bool registry_answers;
    Pull pull;
    int pulls;
    bool found;
    std::size_t warnings;
  };
  const Row rows[] = {
      {true, false, Pull::never, 0, true, 0},   {false, true, Pull::never, 0, false, 0},
      {true, false, Pull::missing, 0, true, 0}, {false, true, Pull::missing, 1, true, 0},
      {true, true, Pull::refresh, 1, true, 0},  {true, false, Pull::refresh, 1, true, 1},
      {true, false, Pull::always, 1, false, 0}, {false, false, Pull::refresh, 1, false, 0},
  };
  for (const Row& row : rows) {
    ImageRuntime runtime(row.has_it, row.registry_answers);
    const auto resolved = resolve(runtime, "nginx", row.pull);
    EXPECT_EQ(runtime.pulls, row.pulls);
    ASSERT_EQ(resolved.has_value(), row.found);
    if (resolved) {
      EXPECT_EQ(resolved->warnings.size(), row.warnings);
      EXPECT_EQ(resolved->image.name, "docker.io/library/nginx:latest");
      EXPECT_EQ(resolved->image.digest, "sha256:1");
      EXPECT_EQ(resolved->image.config.stop_signal, "SIGQUIT");
      EXPECT_EQ(resolved->image.config.command, std::vector<std::string>{"sh"});
    }
  }
}

TEST(CriImages, ArePulledWithCredentials) {
  ImageRuntime runtime(false, true);
  ASSERT_TRUE(resolve(runtime, "quay.io/a", Pull::always,
                      R"({"auths":{"quay.io":{"username":"u","password":"p"}}})"));
  EXPECT_EQ(runtime.asked.auth().username(), "u");
  EXPECT_EQ(runtime.asked.auth().password(), "p");
  EXPECT_EQ(runtime.asked.auth().server_address(), "");
}

TEST(CriImages, FromThisMachineAreForContainerd) {
  ImageRuntime runtime(false, false);
  const std::pair<const char*, const char*> rows[] = {
      {"rootfs:/srv",
       "rootfs:/srv: a container runtime takes images only; use the engine embedded"},
      {"oci:/srv",
       "oci:/srv: images can be loaded into containerd only, and this runtime is cri-o; push the "
       "image to a registry and name it there"}};
  for (const auto& [name, message] : rows) {
    const auto resolved = resolve(runtime, name, Pull::missing);
    ASSERT_FALSE(resolved);
    EXPECT_EQ(resolved.error().code, Code::unsupported);
    EXPECT_EQ(resolved.error().message, message);
  }
}

}  // namespace
}  // namespace podsysctl::engine
