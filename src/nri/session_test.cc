// SPDX-License-Identifier: Apache-2.0
#include "nri/session.h"

#include <array>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>

#include "nri/plugin_service.h"
#include "nri/testing/fake_runtime.h"
#include "nri/testing/samples.h"

namespace podsysctl::nri {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Keeps what it was told, and refuses what it was told to refuse.
class KeepingPlugin final : public Plugin {
 public:
  Result<> configure(const Configuration& configuration) override {
    told.push_back("configure " + configuration.runtime_name);
    return answer;
  }
  Result<> synchronize(std::vector<PodSandbox> pods) override {
    told.push_back(fmt::format("synchronize {}", pods.size()));
    return answer;
  }
  Result<> run_pod_sandbox(const PodSandbox& pod) override {
    std::this_thread::sleep_for(takes);
    told.push_back("run " + pod.id);
    return answer;
  }
  Result<> stop_pod_sandbox(const PodSandbox& pod) override {
    told.push_back("stop " + pod.id);
    return answer;
  }
  Result<> remove_pod_sandbox(const PodSandbox& pod) override {
    told.push_back("remove " + pod.id);
    return answer;
  }
  void answered_late(std::string_view method, std::chrono::nanoseconds) override {
    told.push_back("late " + std::string(method));
  }

  std::vector<std::string> told;
  Result<> answer;
  std::chrono::milliseconds takes{0};
};

// A plugin that serves the fake runtime on a thread of its own.
class SessionTest : public testing::Test {
 protected:
  void SetUp() override {
    auto pipe = linux::make_pipe();
    ASSERT_TRUE(pipe);
    stop_ = std::move(*pipe);
    thread_ = std::thread([this] {
      end_ = serve(runtime_.plugin_end(), {"podsysctl", "10"}, plugin_, stop_.read_end.ref());
      runtime_.close_plugin_end();
    });
  }
  void TearDown() override {
    stop_.write_end.close();
    join();
  }
  void join() {
    if (thread_.joinable()) {
      thread_.join();
    }
  }

  FakeRuntime runtime_;
  KeepingPlugin plugin_;
  linux::Pipe stop_;
  std::optional<Result<SessionEnd>> end_;
  std::thread thread_;
};

TEST_F(SessionTest, RegistersAndSubscribesToWhatEveryRuntimeKnows) {
  const auto request = runtime_.registration();
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->service, "nri.pkg.api.v1alpha1.Runtime");
  EXPECT_EQ(request->method, "RegisterPlugin");
  EXPECT_EQ(request->timeout, std::chrono::seconds(5));
  EXPECT_EQ(registration_in(request->payload).plugin_name, "podsysctl");
  EXPECT_EQ(registration_in(request->payload).plugin_index, "10");

  // A runtime may configure the plugin before it has answered the registration.
  const auto configured = runtime_.call("Configure", sample_configuration());
  ASSERT_TRUE(configured) << configured.error().message;
  EXPECT_EQ(events_in(configured->payload), 0b111);
  EXPECT_TRUE(runtime_.answer_registration({}));
  EXPECT_TRUE(runtime_.call("Synchronize", pod_list({}, Rest::none)));
  EXPECT_THAT(plugin_.told, ElementsAre("configure containerd", "synchronize 0"));
}

TEST_F(SessionTest, IsToldOfPodsByEitherWay) {
  ASSERT_TRUE(runtime_.introduce());
  const PodSandbox pod = sample_pod("7");
  for (const char* method : {"RunPodSandbox", "StopPodSandbox", "RemovePodSandbox"}) {
    const auto answer = runtime_.call(method, pod_request(pod));
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status.code, StatusCode::ok) << method;
  }
  // Four is of a container, 99 of a version to come.
  for (const std::int32_t event : {1, 2, 3, 4, 99}) {
    const auto answer = runtime_.call("StateChange", state_change(event, pod));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status.code, StatusCode::ok) << event;
  }
  EXPECT_THAT(plugin_.told, ElementsAre("configure containerd", "run 7", "stop 7", "remove 7",
                                        "run 7", "stop 7", "remove 7"));
}

TEST_F(SessionTest, AnswersAnEmptyMessageWithNoBytes) {
  ASSERT_TRUE(runtime_.introduce());
  const auto call = runtime_.ask(plugin_request("RunPodSandbox", pod_request(sample_pod("1"))));
  ASSERT_TRUE(call);
  const auto bytes = runtime_.raw_answer_to(*call);
  ASSERT_TRUE(bytes) << bytes.error().message;
  EXPECT_EQ(*bytes, "");
}

TEST_F(SessionTest, RefusesAPodWithItsMessageWhole) {
  ASSERT_TRUE(runtime_.introduce());
  // Longer than a frame of the multiplexer may be.
  const std::string message = "forbidden sysctl: " + std::string(6144, 'x');
  plugin_.answer = std::unexpected(Error{Code::denied_by_policy, 0, message});
  const auto answer = runtime_.call("RunPodSandbox", pod_request(sample_pod("1")));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status.code, StatusCode::permission_denied);
  EXPECT_EQ(answer->status.message, message);
  EXPECT_EQ(runtime_.largest_frame(), 4096U);
}

TEST_F(SessionTest, PutsASplitListTogether) {
  ASSERT_TRUE(runtime_.introduce());
  const std::array first{sample_pod("1"), sample_pod("2")};
  const std::array last{sample_pod("3")};
  auto answer = runtime_.call("Synchronize", pod_list(first, Rest::follows));
  ASSERT_TRUE(answer);
  EXPECT_EQ(rest_in(answer->payload), Rest::follows);
  EXPECT_THAT(plugin_.told, ElementsAre("configure containerd"));
  answer = runtime_.call("Synchronize", pod_list(last, Rest::none));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->payload, "");
  EXPECT_THAT(plugin_.told, ElementsAre("configure containerd", "synchronize 3"));
}

TEST_F(SessionTest, TakesNoEndlessList) {
  ASSERT_TRUE(runtime_.introduce());
  const std::vector<PodSandbox> many(kMaxPods / 4);
  for (int i = 0; i < 4; ++i) {
    const auto answer = runtime_.call("Synchronize", pod_list(many, Rest::follows));
    ASSERT_TRUE(answer);
    ASSERT_EQ(answer->status.code, StatusCode::ok);
  }
  const std::array one{sample_pod("1")};
  const auto answer = runtime_.call("Synchronize", pod_list(one, Rest::follows));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status.code, StatusCode::invalid_argument);
  EXPECT_THAT(answer->status.message, HasSubstr("more than 16384 pods"));
}

TEST_F(SessionTest, KnowsWhichMethodsThereAre) {
  ASSERT_TRUE(runtime_.introduce());
  // Not subscribed to, but called all the same: nothing is changed.
  for (const char* method : {"CreateContainer", "ValidateContainerAdjustment", "StopContainer",
                             "PostUpdatePodSandbox"}) {
    const auto answer = runtime_.call(method, pod_request(sample_pod("1")));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status.code, StatusCode::ok) << method;
    EXPECT_EQ(answer->payload, "") << method;
  }
  const auto unknown = runtime_.call("PaintPodSandbox", "");
  ASSERT_TRUE(unknown);
  EXPECT_EQ(unknown->status.code, StatusCode::unimplemented);
  EXPECT_THAT(unknown->status.message, HasSubstr("no method \"PaintPodSandbox\""));
  Request other = plugin_request("RunPodSandbox", "");
  other.service = "nri.pkg.api.v2.Plugin";
  const auto call = runtime_.ask(other);
  ASSERT_TRUE(call);
  EXPECT_EQ(runtime_.answer_to(*call)->status.code, StatusCode::unimplemented);
}

TEST_F(SessionTest, AnswersRequestsThatCameTogether) {
  ASSERT_TRUE(runtime_.introduce());
  std::vector<std::uint32_t> calls;
  for (const char* id : {"1", "2", "3", "4"}) {
    const auto call = runtime_.ask(plugin_request("RunPodSandbox", pod_request(sample_pod(id))));
    ASSERT_TRUE(call);
    calls.push_back(*call);
  }
  for (auto call = calls.rbegin(); call != calls.rend(); ++call) {
    const auto answer = runtime_.answer_to(*call);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status.code, StatusCode::ok);
  }
  EXPECT_THAT(plugin_.told,
              ElementsAre("configure containerd", "run 1", "run 2", "run 3", "run 4"));
}

TEST_F(SessionTest, RefusesBytesThatAreNoMessageAndGoesOn) {
  ASSERT_TRUE(runtime_.introduce());
  const auto garbage = runtime_.call("RunPodSandbox", "\xff\xff");
  ASSERT_TRUE(garbage);
  EXPECT_EQ(garbage->status.code, StatusCode::invalid_argument);
  EXPECT_THAT(garbage->status.message, HasSubstr("2 bytes are no NRI request about a pod"));
  EXPECT_TRUE(runtime_.call("RunPodSandbox", pod_request(sample_pod("1"))));
  EXPECT_THAT(plugin_.told, ElementsAre("configure containerd", "run 1"));
}

TEST_F(SessionTest, SaysThatItAnsweredTooLate) {
  ASSERT_TRUE(runtime_.introduce());
  plugin_.takes = std::chrono::milliseconds(20);
  Request request = plugin_request("RunPodSandbox", pod_request(sample_pod("1")));
  request.timeout = std::chrono::milliseconds(1);
  const auto call = runtime_.ask(request);
  ASSERT_TRUE(call);
  ASSERT_TRUE(runtime_.answer_to(*call));
  EXPECT_THAT(plugin_.told, ElementsAre("configure containerd", "run 1", "late RunPodSandbox"));
}

TEST_F(SessionTest, EndsWithTheRuntime) {
  ASSERT_TRUE(runtime_.introduce());
  runtime_.hang_up();
  join();
  ASSERT_TRUE(*end_) << end_->error().message;
  EXPECT_EQ(**end_, SessionEnd::hung_up);
}

TEST_F(SessionTest, EndsWhenTheRuntimeSaysSo) {
  ASSERT_TRUE(runtime_.introduce());
  ASSERT_TRUE(runtime_.call("Shutdown", ""));
  join();
  ASSERT_TRUE(*end_) << end_->error().message;
  EXPECT_EQ(**end_, SessionEnd::shut_down);
}

TEST_F(SessionTest, EndsWhenToldTo) {
  ASSERT_TRUE(runtime_.introduce());
  stop_.write_end.close();
  join();
  ASSERT_TRUE(*end_) << end_->error().message;
  EXPECT_EQ(**end_, SessionEnd::stopped);
  EXPECT_TRUE(runtime_.plugin_hung_up());
}

TEST_F(SessionTest, EndsWhereTheRuntimeDoesNotTakeIt) {
  ASSERT_TRUE(runtime_.registration());
  ASSERT_TRUE(runtime_.answer_registration(
      {.status = {StatusCode::invalid_argument, "invalid plugin index"}}));
  join();
  ASSERT_FALSE(*end_);
  EXPECT_EQ(end_->error().code, Code::invalid_argument);
  EXPECT_EQ(end_->error().message, "RegisterPlugin: InvalidArgument: invalid plugin index");
}

TEST_F(SessionTest, EndsWhenAnAnswerIsGarbage) {
  ASSERT_TRUE(runtime_.registration());
  std::string bytes;
  append_frame(bytes, 1, Frame::Type::response, "\xff");
  ASSERT_TRUE(runtime_.send(StreamId::runtime_service, bytes));
  join();
  ASSERT_FALSE(*end_);
  EXPECT_EQ(end_->error().message, "1 bytes are no ttrpc response");
}

TEST(Session, NeedsANameThatRuntimesTake) {
  FakeRuntime runtime;
  KeepingPlugin plugin;
  const auto end = serve(runtime.plugin_end(), {"pod sysctl", "10"}, plugin, linux::FdRef());
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().code, Code::invalid_argument);
}

}  // namespace
}  // namespace podsysctl::nri
