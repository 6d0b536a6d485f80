// SPDX-License-Identifier: Apache-2.0
// Pods that the agent hears of after their start, with sockets of their own by then.
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <string>

#include <gmock/gmock.h>

#include "agent/report.h"
#include "keeper_with_pod.h"
#include "live/sockets.h"

namespace podsysctl::kernel_test {
namespace {

using agent::Sandbox;
using linux::NamespaceKind;
using testing::AllOf;
using testing::HasSubstr;

constexpr std::string_view kPolicies = R"(
apiVersion: podsysctl.io/v1alpha1
kind: SysctlPolicy
metadata: {name: shop}
spec:
  match: {namespaces: [shop]}
  allowed:
    - name: net.core.somaxconn
      max: 4096
)";

constexpr int kBacklog = 100;

// The descriptor stays open as long as the process runs.
Result<> listen_somewhere() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(8080);
  if (socket < 0 ||
      ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(socket, kBacklog) != 0) {
    return Error::from_errno(errno, "listen");
  }
  return {};
}

class FollowOnThisKernel : public KeeperWithPod {
 protected:
  FollowOnThisKernel() : KeeperWithPod(kPolicies, &listen_somewhere) {}

  [[nodiscard]] Sandbox sandbox(std::string settings, std::string door = "/run/x.sock") const {
    return {.id = "s1",
            .name = "web",
            .namespace_ = "shop",
            .annotations = {{"podsysctl.io/sysctls", std::move(settings)}},
            .source = {.door = std::move(door), .runtime = "docker 20.10.24"},
            .pid = pid()};
  }
  [[nodiscard]] std::vector<live::ShortQueue> queues() const {
    const auto net = linux::Namespace::of_process(pid(), NamespaceKind::net);
    return live::short_queues(*net, 4096).value();
  }
};

TEST_F(FollowOnThisKernel, SaysThatItCameLateAndWhoKeepsTheOldValue) {
  keeper_->follow(sandbox("net.core.somaxconn = 2048"));
  ASSERT_EQ(recorder_.report_count(), 1U);
  const agent::Notice& notice = recorder_.report(0).notices.at(0);
  EXPECT_EQ(notice.reason, agent::kSysctlsApplied);
  EXPECT_EQ(notice.type, store::EventType::normal);
  EXPECT_THAT(notice.message, AllOf(HasSubstr("net.core.somaxconn = 2048 (was 4096)"),
                                    HasSubstr("it came after the pod's start"),
                                    HasSubstr("the listener 0.0.0.0:8080 a queue of 100")));
  EXPECT_EQ(keeper_->standing().counters().applied, 1U);
  ASSERT_EQ(queues().size(), 1U);
  EXPECT_EQ(queues()[0].size, 100U);
}

TEST_F(FollowOnThisKernel, LetsSocketsListenAgainWhereThatIsWanted) {
  agent::Surroundings around = surroundings(recorder_);
  around.sockets = live::ExistingSockets::refresh;
  auto keeper = agent::PodKeeper::open(std::move(around));
  ASSERT_TRUE(keeper) << keeper.error().message;
  (*keeper)->follow(sandbox("net.core.somaxconn = 2048"));
  ASSERT_EQ(recorder_.report_count(), 1U);
  EXPECT_THAT(recorder_.report(0).notices.at(0).message,
              HasSubstr("net.core.somaxconn 0.0.0.0:8080: 2048 (was 100)"));
  ASSERT_EQ(queues().size(), 1U);
  EXPECT_EQ(queues()[0].size, 2048U);
}

TEST_F(FollowOnThisKernel, HandlesASandboxOnceWhoeverTellsOfIt) {
  const std::string wish = "net.core.somaxconn = 2048";
  keeper_->follow(sandbox(wish));
  keeper_->follow(sandbox(wish));
  keeper_->follow(sandbox(wish, "/run/nri/nri.sock"));
  keeper_->review(sandbox(wish, "/run/nri/nri.sock"));
  EXPECT_EQ(recorder_.report_count(), 1U);
  EXPECT_EQ(keeper_->standing().counters().unchanged, 0U);
  // The door that told of it may look again.
  keeper_->review(sandbox(wish));
  EXPECT_EQ(keeper_->standing().counters().unchanged, 1U);
  // The same container, started again.
  start_pod();
  keeper_->follow(sandbox(wish));
  EXPECT_EQ(keeper_->standing().counters().applied, 2U);
}

TEST_F(FollowOnThisKernel, CannotRefuse) {
  keeper_->follow(sandbox("net.core.somaxconn = 8192"));
  ASSERT_EQ(recorder_.report_count(), 1U);
  EXPECT_EQ(recorder_.report(0).pod.phase, store::PodPhase::running);
  EXPECT_THAT(recorder_.report(0).notices.at(0).message,
              HasSubstr("the pod runs without it: it had started before it could be refused"));
  EXPECT_EQ(keeper_->standing().counters().degraded, 1U);
  EXPECT_EQ(keeper_->standing().counters().rejected, 0U);
}

TEST_F(FollowOnThisKernel, SaysThatAPodHadEnded) {
  Sandbox ended = sandbox("net.core.somaxconn = 2048");
  ended.pid = 0;
  keeper_->follow(ended);
  ASSERT_EQ(recorder_.report_count(), 1U);
  EXPECT_EQ(recorder_.report(0).notices.at(0).reason, agent::kSysctlNotApplied);
  // One that was there before and is no more is nobody's business.
  keeper_->review(ended);
  EXPECT_EQ(recorder_.report_count(), 1U);
}

TEST_F(FollowOnThisKernel, KeepsApartWhatDoorsTellOf) {
  keeper_->follow(sandbox("net.core.somaxconn = 2048"));
  keeper_->keep_only({.door = "/run/other.sock", .runtime = "docker 28"}, {"s2"});
  EXPECT_THAT(recorder_.only().sandbox_ids, testing::UnorderedElementsAre("s1", "s2"));
  EXPECT_EQ(recorder_.only().runtime, "docker 28");
  EXPECT_EQ(keeper_->standing().with_settings(), 1U);
  keeper_->keep_only({.door = "/run/x.sock", .runtime = "docker 20.10.24"}, {"s2"});
  EXPECT_EQ(keeper_->standing().with_settings(), 0U);
}

}  // namespace
}  // namespace podsysctl::kernel_test
