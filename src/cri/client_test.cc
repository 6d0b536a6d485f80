// SPDX-License-Identifier: Apache-2.0
#include "cri/client.h"

#include <gtest/gtest.h>

#include "cri/cri.pb.h"
#include "cri/testing/fake_server.h"

namespace podsysctl::cri {
namespace {

namespace v1 = ::runtime::v1;
using testing::Answer;
using testing::FakeServer;

template <class Message>
Message read(std::string_view bytes) {
  Message message;
  EXPECT_TRUE(message.ParseFromString(std::string(bytes)));
  return message;
}

TEST(Client, AsksForASandbox) {
  v1::RunPodSandboxRequest seen;
  const FakeServer server([&](std::string_view path, std::string_view request) -> Answer {
    EXPECT_EQ(path, "/runtime.v1.RuntimeService/RunPodSandbox");
    seen = read<v1::RunPodSandboxRequest>(request);
    v1::RunPodSandboxResponse reply;
    reply.set_pod_sandbox_id("s1");
    return {.messages = {reply.SerializeAsString()}};
  });
  Client client(server.socket_path());
  const auto id = client.run_sandbox(
      {.name = "web",
       .uid = "u",
       .namespace_ = "default",
       .hostname = "web",
       .ports = {{.protocol = PortMapping::Protocol::udp, .container_port = 53, .host_port = 1053}},
       .labels = {{"a", "b"}},
       .sysctls = {{"net.core.somaxconn", "777"}},
       .namespaces = {.network = NamespaceMode::node, .pid = NamespaceMode::container}},
      "kata");
  ASSERT_TRUE(id) << id.error().message;
  EXPECT_EQ(*id, "s1");
  EXPECT_EQ(seen.runtime_handler(), "kata");
  EXPECT_EQ(seen.config().metadata().name(), "web");
  EXPECT_EQ(seen.config().linux().sysctls().at("net.core.somaxconn"), "777");
  EXPECT_EQ(seen.config().port_mappings(0).protocol(), v1::UDP);
  EXPECT_FALSE(seen.config().has_dns_config());
  const v1::NamespaceOption& namespaces =
      seen.config().linux().security_context().namespace_options();
  EXPECT_EQ(namespaces.network(), v1::NODE);
  EXPECT_EQ(namespaces.pid(), v1::CONTAINER);
  EXPECT_EQ(namespaces.ipc(), v1::POD);
}

TEST(Client, AsksForAContainer) {
  v1::CreateContainerRequest seen;
  const FakeServer server([&](std::string_view, std::string_view request) -> Answer {
    seen = read<v1::CreateContainerRequest>(request);
    v1::CreateContainerResponse reply;
    reply.set_container_id("c1");
    return {.messages = {reply.SerializeAsString()}};
  });
  Client client(server.socket_path());
  ContainerConfig config{.name = "c", .image = "sha256:1", .command = {"sh", "-c", "id"}};
  config.env = {{"A", "1"}, {"A", "2"}};
  config.mounts = {
      {.container_path = "/data", .host_path = "/srv", .read_only = true},
      {.container_path = "/late", .host_path = "/run/netns", .sees_later_mounts = true}};
  config.resources.memory_limit = 4096;
  config.security.run_as_user = 0;
  config.security.seccomp = {.kind = SeccompProfile::Kind::localhost, .localhost_path = "/p"};
  const auto id = client.create_container("s1", config, {.name = "web"});
  ASSERT_TRUE(id) << id.error().message;
  EXPECT_EQ(*id, "c1");
  EXPECT_EQ(seen.pod_sandbox_id(), "s1");
  EXPECT_EQ(seen.sandbox_config().metadata().name(), "web");
  EXPECT_EQ(seen.config().command_size(), 3);
  EXPECT_EQ(seen.config().envs(1).value(), "2");
  EXPECT_TRUE(seen.config().mounts(0).readonly());
  EXPECT_EQ(seen.config().mounts(0).propagation(), v1::PROPAGATION_PRIVATE);
  EXPECT_EQ(seen.config().mounts(1).propagation(), v1::PROPAGATION_HOST_TO_CONTAINER);
  EXPECT_EQ(seen.config().linux().resources().memory_limit_in_bytes(), 4096);
  const v1::LinuxContainerSecurityContext& security = seen.config().linux().security_context();
  EXPECT_TRUE(security.has_run_as_user());
  EXPECT_FALSE(security.has_run_as_group());
  EXPECT_EQ(security.seccomp().profile_type(), v1::SecurityProfile::Localhost);
}

TEST(Client, ReadsWhatTheRuntimeKnows) {
  const FakeServer server([](std::string_view path, std::string_view) -> Answer {
    if (path.ends_with("/PodSandboxStatus")) {
      v1::PodSandboxStatusResponse reply;
      reply.mutable_status()->set_id("s1");
      reply.mutable_status()->mutable_metadata()->set_name("web");
      reply.mutable_status()->mutable_metadata()->set_namespace_("shop");
      reply.mutable_status()->mutable_metadata()->set_uid("u1");
      (*reply.mutable_status()->mutable_annotations())["a"] = "b";
      reply.mutable_status()->set_runtime_handler("kata");
      reply.mutable_status()->mutable_network()->set_ip("10.1.0.2");
      reply.mutable_status()->mutable_network()->add_additional_ips()->set_ip("fd00::2");
      (*reply.mutable_info())["info"] = R"({"pid":7})";
      return {.messages = {reply.SerializeAsString()}};
    }
    if (path.ends_with("/ContainerStatus")) {
      v1::ContainerStatusResponse reply;
      reply.mutable_status()->set_state(v1::CONTAINER_EXITED);
      reply.mutable_status()->set_exit_code(3);
      reply.mutable_status()->set_reason("Error");
      return {.messages = {reply.SerializeAsString()}};
    }
    if (path.ends_with("/ListContainers")) {
      v1::ListContainersResponse reply;
      reply.add_containers()->set_id("c1");
      reply.mutable_containers(0)->set_state(static_cast<v1::ContainerState>(9));
      return {.messages = {reply.SerializeAsString()}};
    }
    if (path.ends_with("/ImageStatus")) {
      return {.messages = {v1::ImageStatusResponse{}.SerializeAsString()}};
    }
    v1::VersionResponse reply;
    reply.set_runtime_name("containerd");
    return {.messages = {reply.SerializeAsString()}};
  });
  Client client(server.socket_path());
  const auto version = client.version();
  ASSERT_TRUE(version) << version.error().message;
  EXPECT_EQ(version->runtime_name, "containerd");
  const auto sandbox = client.sandbox_status("s1", Detail::verbose);
  ASSERT_TRUE(sandbox);
  EXPECT_EQ(sandbox->sandbox.state, SandboxState::ready);
  EXPECT_EQ(sandbox->sandbox.name, "web");
  EXPECT_EQ(sandbox->sandbox.namespace_, "shop");
  EXPECT_EQ(sandbox->sandbox.uid, "u1");
  EXPECT_EQ(sandbox->sandbox.annotations, (StringMap{{"a", "b"}}));
  EXPECT_EQ(sandbox->sandbox.handler, "kata");
  EXPECT_EQ(sandbox->addresses, (std::vector<std::string>{"10.1.0.2", "fd00::2"}));
  EXPECT_EQ(sandbox->info.at("info"), R"({"pid":7})");
  const auto container = client.container_status("c1", Detail::brief);
  ASSERT_TRUE(container);
  EXPECT_EQ(container->state, ContainerState::exited);
  EXPECT_EQ(container->exit_code, 3);
  const auto list = client.containers({});
  ASSERT_TRUE(list);
  EXPECT_EQ(list->at(0).state, ContainerState::unknown);
  const auto image = client.image_status("nginx", Detail::brief);
  ASSERT_TRUE(image);
  EXPECT_FALSE(*image);
}

TEST(Client, HearsOfContainersUntilItHasHeardEnough) {
  const FakeServer server([](std::string_view path, std::string_view) -> Answer {
    EXPECT_EQ(path, "/runtime.v1.RuntimeService/GetContainerEvents");
    Answer answer;
    for (const int kind : {0, 1, 2, 3}) {
      v1::ContainerEventResponse event;
      event.set_container_id("c1");
      event.set_container_event_type(kind);
      answer.messages.push_back(event.SerializeAsString());
    }
    return answer;
  });
  Client client(server.socket_path());
  std::vector<ContainerEvent::Kind> seen;
  const auto heard = client.container_events({}, [&](const ContainerEvent& event) {
    seen.push_back(event.kind);
    return event.kind == ContainerEvent::Kind::stopped ? Channel::Next::stop : Channel::Next::go_on;
  });
  ASSERT_TRUE(heard) << heard.error().message;
  EXPECT_EQ(seen, (std::vector{ContainerEvent::Kind::created, ContainerEvent::Kind::started,
                               ContainerEvent::Kind::stopped}));
}

TEST(Client, HearsOfTasksFromContainerd) {
  v1::SubscribeRequest asked;
  const FakeServer server([&](std::string_view path, std::string_view request) -> Answer {
    EXPECT_EQ(path, "/containerd.services.events.v1.Events/Subscribe");
    EXPECT_TRUE(asked.ParseFromString(std::string(request)));
    Answer answer;
    for (const char* const topic : {"/tasks/start", "/tasks/exit"}) {
      v1::TaskEvent event;
      event.set_container_id("c1");
      v1::Envelope envelope;
      envelope.set_topic(topic);
      envelope.mutable_event()->set_value(event.SerializeAsString());
      answer.messages.push_back(envelope.SerializeAsString());
    }
    return answer;
  });
  Client client(server.socket_path());
  std::vector<TaskEvent::Kind> seen;
  const auto heard = client.task_events({}, [&](const TaskEvent& event) {
    EXPECT_EQ(event.container_id, "c1");
    seen.push_back(event.kind);
    return Channel::Next::go_on;
  });
  ASSERT_TRUE(heard) << heard.error().message;
  EXPECT_EQ(seen, (std::vector{TaskEvent::Kind::started, TaskEvent::Kind::exited}));
  ASSERT_EQ(asked.filters_size(), 2);
  EXPECT_EQ(asked.filters(0), "namespace==\"k8s.io\",topic==\"/tasks/start\"");
}

TEST(Client, WhatIsGoneNeedNotBeRemoved) {
  const FakeServer server([](std::string_view path, std::string_view) -> Answer {
    return {.grpc_status = path.ends_with("/StopContainer") ? 2 : 5, .grpc_message = "text"};
  });
  Client client(server.socket_path());
  EXPECT_TRUE(client.stop_sandbox("s"));
  EXPECT_TRUE(client.remove_sandbox("s"));
  EXPECT_TRUE(client.remove_container("c"));
  EXPECT_TRUE(client.remove_image("i"));
  const auto stopped = client.stop_container("c", std::chrono::seconds(1));
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().message, "StopContainer: text (Unknown)");
}

TEST(Client, RefusesAnAnswerThatIsNone) {
  const FakeServer server(
      [](std::string_view, std::string_view) -> Answer { return {.messages = {"\xff\xff\xff"}}; });
  Client client(server.socket_path());
  const auto version = client.version();
  ASSERT_FALSE(version);
  EXPECT_EQ(version.error().code, Code::internal);
  EXPECT_EQ(version.error().message, "Version: the container runtime's answer cannot be read");
}

}  // namespace
}  // namespace podsysctl::cri
