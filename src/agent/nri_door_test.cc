// SPDX-License-Identifier: Apache-2.0
// The whole way from a runtime's bytes to the keeper, with this process as the pod: its namespaces
// are the host's, so nothing can be written. Changes: tests/kernel/agent_kernel_test.cc.
#include "agent/nri_door.h"

#include <unistd.h>

#include <thread>

#include <gmock/gmock.h>

#include "agent/keeper_fixture.h"
#include "linux/wake_up.h"
#include "nri/testing/fake_runtime.h"
#include "nri/testing/samples.h"

namespace podsysctl::agent {
namespace {

using nri::StatusCode;
using testing::HasSubstr;

class NriDoorTest : public KeeperFixture {
 protected:
  void SetUp() override {
    KeeperFixture::SetUp();
    if (keeper_ == nullptr) {
      return;
    }
    door_.emplace(*keeper_, log_,
                  NriWay{.handed_over = nri::Connection{
                             .socket = linux::duplicate(runtime_.plugin_end()).value(),
                             .identity = {"podsysctl", "10"}}});
    thread_ = std::thread([this] {
      const auto end = door_->run(stop_.fd());
      EXPECT_TRUE(end) << end.error().message;
    });
    ASSERT_TRUE(runtime_.introduce());
  }
  void TearDown() override {
    stop_.ring();
    if (thread_.joinable()) {
      thread_.join();
    }
  }

  static nri::PodSandbox pod_here() {
    nri::PodSandbox pod = nri::sample_pod("1");
    pod.pid = ::getpid();
    pod.namespaces.clear();
    return pod;
  }

  nri::FakeRuntime runtime_;
  linux::WakeUp stop_ = linux::WakeUp::open().value();
  std::optional<NriDoor> door_;
  std::thread thread_;
};

TEST_F(NriDoorTest, RefusesWhatNoPolicyAllows) {
  const auto answer = runtime_.call("RunPodSandbox", pod_request(pod_here()));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status.code, StatusCode::permission_denied);
  EXPECT_THAT(answer->status.message, HasSubstr("SysctlForbidden: "));
  EXPECT_THAT(answer->status.message, HasSubstr("net.core.somaxconn"));
  ASSERT_EQ(recorder_.report_count(), 1U);
  EXPECT_EQ(recorder_.report(0).pod.phase, store::PodPhase::failed);
  EXPECT_EQ(recorder_.report(0).pod.reason, "SysctlForbidden");
  EXPECT_EQ(recorder_.report(0).pod.runtime, "containerd v2.1.9");
  EXPECT_EQ(recorder_.report(0).settings.at(0).state, store::SettingState::refused);
  EXPECT_EQ(keeper_->standing().counters().rejected, 1U);
  EXPECT_THAT(keeper_->standing().last_fault, HasSubstr("pod shop/web: SysctlForbidden"));
}

TEST_F(NriDoorTest, ForgetsARefusedPodWithTheRuntime) {
  ASSERT_TRUE(runtime_.call("RunPodSandbox", pod_request(pod_here())));
  ASSERT_TRUE(runtime_.call("RemovePodSandbox", pod_request(pod_here())));
  EXPECT_THAT(recorder_.forgotten(), testing::ElementsAre("1"));
}

TEST_F(NriDoorTest, RefusesToWriteTheHostsNamespaces) {
  nri::PodSandbox pod = pod_here();
  pod.annotations["podsysctl.io/sysctls"] = "net.ipv4.tcp_syncookies = 1\n";
  const auto answer = runtime_.call("RunPodSandbox", pod_request(pod));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status.code, StatusCode::permission_denied);
  EXPECT_THAT(answer->status.message, HasSubstr("host"));
}

TEST_F(NriDoorTest, LeavesAPodAloneThatAsksForNothing) {
  nri::PodSandbox pod = pod_here();
  pod.annotations.clear();
  const auto answer = runtime_.call("RunPodSandbox", pod_request(pod));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status.code, StatusCode::ok);
  pod.pid = 4194305;  // of nobody
  EXPECT_EQ(runtime_.call("RunPodSandbox", pod_request(pod))->status.code, StatusCode::ok);
  EXPECT_EQ(recorder_.report_count(), 0U);
}

TEST_F(NriDoorTest, RefusesAPodWhoseProcessIsAnothersByNow) {
  nri::PodSandbox pod = pod_here();
  pod.annotations["podsysctl.io/sysctls"] = "net.ipv4.tcp_syncookies = 1\n";
  pod.pid = 4194305;
  const auto gone = runtime_.call("RunPodSandbox", pod_request(pod));
  ASSERT_TRUE(gone);
  EXPECT_EQ(gone->status.code, StatusCode::permission_denied);
  EXPECT_THAT(gone->status.message, HasSubstr("SysctlNotApplied: "));

  pod.pid = ::getpid();
  pod.runtime_handler = "kata-qemu";
  const auto kata = runtime_.call("RunPodSandbox", pod_request(pod));
  ASSERT_TRUE(kata);
  EXPECT_THAT(kata->status.message, HasSubstr("a kernel of its own"));
}

TEST_F(NriDoorTest, CannotRefuseAPodThatRunsAlready) {
  const std::array pods{pod_here()};
  const auto answer = runtime_.call("Synchronize", pod_list(pods, nri::Rest::none));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status.code, StatusCode::ok);
  EXPECT_THAT(recorder_.only().sandbox_ids, testing::ElementsAre("1"));
  // The runtime has its answer before anybody looks at its pods.
  EXPECT_EQ(recorder_.report_count(), 0U);
  const auto due = keeper_->reviews().take_until(ReviewQueue::Time{});
  ASSERT_TRUE(due);
  EXPECT_EQ(due->occasion, Occasion::review);
  keeper_->review(*due);
  ASSERT_EQ(recorder_.report_count(), 1U);
  EXPECT_EQ(recorder_.report(0).pod.phase, store::PodPhase::running);
  EXPECT_EQ(recorder_.report(0).notices.at(0).reason, "SysctlForbidden");
  EXPECT_EQ(keeper_->standing().counters().degraded, 1U);
  EXPECT_EQ(keeper_->standing().with_settings(), 1U);

  ASSERT_TRUE(runtime_.call("RemovePodSandbox", pod_request(pods[0])));
  EXPECT_THAT(recorder_.forgotten(), testing::ElementsAre("1"));
  EXPECT_EQ(keeper_->standing().with_settings(), 0U);
}

TEST_F(NriDoorTest, SaysThatItIsConnected) {
  EXPECT_TRUE(door_->state().connected);
  EXPECT_EQ(door_->state().runtime, "containerd v2.1.9");
  EXPECT_EQ(door_->state().connections, 1U);
}

class AbsentRuntime : public KeeperFixture {};

TEST_F(AbsentRuntime, IsWaitedFor) {
  NriDoor door(*keeper_, log_,
               {.socket = "/nonexistent/nri.sock", .identity = {"podsysctl", "10"}});
  const auto stop = linux::WakeUp::open();
  std::thread thread([&] {
    const auto end = door.run(stop->fd());
    EXPECT_TRUE(end) << end.error().message;
  });
  while (door.state().last_error.empty()) {
    std::this_thread::yield();
  }
  stop->ring();
  thread.join();
  EXPECT_FALSE(door.state().connected);
  EXPECT_THAT(door.state().last_error, HasSubstr("/nonexistent/nri.sock"));
  EXPECT_EQ(log_.lines().size(), 1U);
}

}  // namespace
}  // namespace podsysctl::agent
