// SPDX-License-Identifier: Apache-2.0
// The way from what a runtime says to the keeper. The sandboxes' process is this one, whose
// namespaces are the host's, so nothing can be written: what is refused tells what was heard.
#include "agent/cri_session.h"

#include <unistd.h>

#include <map>
#include <mutex>

#include <gmock/gmock.h>

#include "agent/cri_door.h"
#include "agent/keeper_fixture.h"
#include "cri/cri.pb.h"
#include "cri/testing/fake_server.h"
#include "linux/wake_up.h"

namespace podsysctl::agent {
namespace {

namespace v1 = ::runtime::v1;

using cri::TaskEvent;
using cri::testing::Answer;
using cri::testing::FakeServer;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;

// Sandboxes that ask for a key which they may not have.
class FakeRuntime {
 public:
  void add(const std::string& id) {
    const std::scoped_lock lock(mutex_);
    ids_.insert(id);
  }
  void remove(const std::string& id) {
    const std::scoped_lock lock(mutex_);
    ids_.erase(id);
  }
  [[nodiscard]] const std::string& socket() const { return server_.socket_path(); }
  [[nodiscard]] int calls(const std::string& method) {
    const std::scoped_lock lock(mutex_);
    return calls_[method];
  }

 private:
  Answer answer(std::string_view path, std::string_view request) {
    const std::scoped_lock lock(mutex_);
    const std::string method(path.substr(path.rfind('/') + 1));
    ++calls_[method];
    if (method == "ListPodSandbox") {
      v1::ListPodSandboxResponse reply;
      for (const std::string& id : ids_) {
        reply.add_items()->set_id(id);
      }
      return {.messages = {reply.SerializeAsString()}};
    }
    if (method == "PodSandboxStatus") {
      return status(request);
    }
    if (method == "Version") {
      v1::VersionResponse reply;
      reply.set_runtime_name("cri-o");
      reply.set_runtime_version("1.25.0");
      return {.messages = {reply.SerializeAsString()}};
    }
    return {.grpc_status = 12, .grpc_message = "no such method"};
  }

  Answer status(std::string_view request) {
    v1::PodSandboxStatusRequest asked;
    if (!asked.ParseFromString(std::string(request)) || !asked.verbose() ||
        !ids_.contains(asked.pod_sandbox_id())) {
      return {.grpc_status = 5, .grpc_message = "not found"};
    }
    v1::PodSandboxStatusResponse reply;
    reply.mutable_status()->set_id(asked.pod_sandbox_id());
    reply.mutable_status()->mutable_metadata()->set_name("pod-" + asked.pod_sandbox_id());
    reply.mutable_status()->mutable_metadata()->set_namespace_("shop");
    (*reply.mutable_status()->mutable_annotations())["podsysctl.io/sysctls"] =
        "net.core.somaxconn = 1024";
    (*reply.mutable_info())["info"] = fmt::format(R"({{"pid":{}}})", ::getpid());
    return {.messages = {reply.SerializeAsString()}};
  }

  std::mutex mutex_;
  std::set<std::string> ids_;
  std::map<std::string, int> calls_;
  FakeServer server_{
      [this](std::string_view path, std::string_view request) { return answer(path, request); }};
};

class CriSessionTest : public KeeperFixture {
 protected:
  static TaskEvent started(std::string id) {
    return {.kind = TaskEvent::Kind::started, .container_id = std::move(id)};
  }
  static TaskEvent exited(std::string id) {
    return {.kind = TaskEvent::Kind::exited, .container_id = std::move(id)};
  }

  FakeRuntime runtime_;
  cri::Client client_{runtime_.socket()};
  CriSession::Time now_;
};

TEST_F(CriSessionTest, ReviewsWhatIsThereAndFollowsWhatComes) {
  CriSession session(*keeper_, client_, {.door = "/run/x.sock", .runtime = "cri-o 1.25.0"});
  runtime_.add("1");
  ASSERT_TRUE(session.review_all());
  review_what_waits();
  EXPECT_THAT(recorder_.only().sandbox_ids, ElementsAre("1"));
  EXPECT_EQ(recorder_.only().runtime, "cri-o 1.25.0");
  runtime_.add("2");
  ASSERT_TRUE(session.catch_up());
  ASSERT_TRUE(session.catch_up());
  EXPECT_THAT(recorder_.pod_names(), ElementsAre("pod-1", "pod-2"));
  EXPECT_EQ(runtime_.calls("PodSandboxStatus"), 2);
  EXPECT_EQ(recorder_.report(1).pod.phase, store::PodPhase::running);
  runtime_.remove("1");
  ASSERT_TRUE(session.catch_up());
  EXPECT_THAT(recorder_.forgotten(), ElementsAre("1"));
}

TEST_F(CriSessionTest, LooksAtOnceForWhatHasStarted) {
  CriSession session(*keeper_, client_, {.door = "/run/x.sock", .runtime = "containerd 1.6"});
  runtime_.add("1");
  session.hear(started("1"), now_);
  EXPECT_EQ(session.next_due(), now_);
  ASSERT_TRUE(session.look_for_heard(now_));
  EXPECT_THAT(recorder_.pod_names(), ElementsAre("pod-1"));
  EXPECT_FALSE(session.next_due());
  ASSERT_TRUE(session.catch_up());
  EXPECT_EQ(recorder_.report_count(), 1U);
}

TEST_F(CriSessionTest, LooksAgainForWhatIsNotThereYet) {
  CriSession session(*keeper_, client_, {.door = "/run/x.sock", .runtime = "containerd 1.6"});
  session.hear(started("1"), now_);
  ASSERT_TRUE(session.look_for_heard(now_));
  EXPECT_EQ(session.next_due(), now_ + milliseconds(2));
  ASSERT_TRUE(session.look_for_heard(now_ + milliseconds(1)));  // not yet
  EXPECT_EQ(runtime_.calls("PodSandboxStatus"), 1);
  runtime_.add("1");
  ASSERT_TRUE(session.look_for_heard(now_ + milliseconds(2)));
  EXPECT_THAT(recorder_.pod_names(), ElementsAre("pod-1"));
}

TEST_F(CriSessionTest, GivesUpWhatIsNoSandbox) {
  CriSession session(*keeper_, client_, {.door = "/run/x.sock", .runtime = "containerd 1.6"});
  session.hear(started("c1"), now_);
  while (const auto due = session.next_due()) {
    ASSERT_TRUE(session.look_for_heard(*due));
    ASSERT_LT(*due - now_, milliseconds(200));
  }
  EXPECT_EQ(runtime_.calls("PodSandboxStatus"), 11);
}

TEST_F(CriSessionTest, BelievesAnEndBeforeTheListKnowsOfIt) {
  CriSession session(*keeper_, client_, {.door = "/run/x.sock", .runtime = "containerd 1.6"});
  runtime_.add("1");
  ASSERT_TRUE(session.review_all());
  review_what_waits();
  session.hear(exited("1"), now_);
  session.hear(exited("c1"), now_);  // of a container
  EXPECT_THAT(recorder_.forgotten(), ElementsAre("1"));
  ASSERT_TRUE(session.catch_up());
  EXPECT_EQ(recorder_.report_count(), 1U);
  runtime_.remove("1");
  ASSERT_TRUE(session.catch_up());
  runtime_.add("1");
  ASSERT_TRUE(session.catch_up());
  EXPECT_EQ(recorder_.report_count(), 2U);
}

TEST_F(CriSessionTest, SaysThatAPodCouldNotBeRefused) {
  CriSession session(*keeper_, client_, {.door = "/run/x.sock", .runtime = "containerd 1.6"});
  runtime_.add("/");  // in the path of every control group
  ASSERT_TRUE(session.catch_up());
  ASSERT_EQ(recorder_.report_count(), 1U);
  const Report& report = recorder_.report(0);
  EXPECT_EQ(report.notices.at(0).reason, "SysctlForbidden");
  EXPECT_EQ(report.notices.at(0).type, store::EventType::warning);
  EXPECT_THAT(report.notices.at(0).message,
              HasSubstr("the pod runs without it: it had started before it could be refused"));
  EXPECT_EQ(keeper_->standing().counters().degraded, 1U);
  EXPECT_EQ(keeper_->standing().counters().rejected, 0U);
}

TEST_F(CriSessionTest, DoesNotTouchAProcessOfAnotherControlGroup) {
  CriSession session(*keeper_, client_, {.door = "/run/x.sock", .runtime = "containerd 1.6"});
  runtime_.add("4f5e6d7c8b9a-nobodys");
  ASSERT_TRUE(session.catch_up());
  ASSERT_EQ(recorder_.report_count(), 1U);
  EXPECT_THAT(keeper_->standing().last_fault, HasSubstr("is not in the control group of"));
}

class CriDoorTest : public CriSessionTest {};

TEST_F(CriDoorTest, ReadsTheListOfARuntimeThatTellsNothing) {
  runtime_.add("1");
  const auto stop = linux::WakeUp::open();
  CriDoor door(*keeper_, log_, runtime_.socket(), milliseconds(5));
  std::thread thread([&] {
    const auto end = door.run(stop->fd());
    EXPECT_TRUE(end) << end.error().message;
  });
  while (!door.state().connected || runtime_.calls("PodSandboxStatus") < 1) {
    std::this_thread::yield();
  }
  review_what_waits();
  runtime_.add("2");
  while (keeper_->standing().with_settings() < 2) {
    std::this_thread::yield();
  }
  stop->ring();
  thread.join();
  EXPECT_EQ(door.state().runtime, "cri-o 1.25.0");
  EXPECT_THAT(recorder_.pod_names(), ElementsAre("pod-1", "pod-2"));
}

TEST_F(CriDoorTest, WaitsForARuntimeThatIsNotThere) {
  const auto stop = linux::WakeUp::open();
  CriDoor door(*keeper_, log_, "/nonexistent/cri.sock", milliseconds(5));
  std::thread thread([&] { EXPECT_TRUE(door.run(stop->fd())); });
  while (door.state().last_error.empty()) {
    std::this_thread::yield();
  }
  stop->ring();
  thread.join();
  EXPECT_FALSE(door.state().connected);
  EXPECT_THAT(door.state().last_error, HasSubstr("/nonexistent/cri.sock"));
}

}  // namespace
}  // namespace podsysctl::agent
