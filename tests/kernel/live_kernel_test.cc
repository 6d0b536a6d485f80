// SPDX-License-Identifier: Apache-2.0
// get, set, undo, diff and sockets that exist, on a process in namespaces of its own that has a
// listener and connections.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "enforce/enforce.h"
#include "host_watch.h"
#include "linux/loopback.h"
#include "linux/process.h"
#include "linux/tcp_sockets.h"
#include "linux/testing/pod_process.h"
#include "live/change.h"
#include "live/drift.h"
#include "live/drift_watch.h"
#include "live/values.h"
#include "store/testing.h"
#include "sysctl/reader.h"

namespace podsysctl::kernel_test {
namespace {

using linux::NamespaceKind;
using linux::PodProcess;
using linux::TcpSocket;
using linux::TcpState;
using live::Change;
using live::FoundTarget;
using live::SocketOutcome;
using sysctl::SysctlKey;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::uint16_t kPort = 8080;
constexpr int kBacklog = 50;
constexpr int kOwnIdle = 33;  // what one application chose

SysctlKey key_of(std::string_view name) { return SysctlKey::parse(name).value(); }

sockaddr_in server_address() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(kPort);
  return address;
}

Result<> check(int status, const char* what) {
  return status < 0 ? Result<>(Error::from_errno(errno, "{}", what)) : Result<>();
}

// A connection to the listener that stays open with its process.
Result<> connect_with_keepalive(std::optional<int> idle) {
  const int client = ::socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  PSYS_TRY(check(::setsockopt(client, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on), "SO_KEEPALIVE"));
  if (idle) {
    PSYS_TRY(check(::setsockopt(client, IPPROTO_TCP, TCP_KEEPIDLE, &*idle, sizeof *idle), "idle"));
  }
  const sockaddr_in address = server_address();
  return check(::connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address),
               "connect");
}

Result<> open_sockets() {
  PSYS_TRY(check(-linux::bring_loopback_up(), "lo"));
  const int server = ::socket(AF_INET, SOCK_STREAM, 0);
  const sockaddr_in address = server_address();
  PSYS_TRY(
      check(::bind(server, reinterpret_cast<const sockaddr*>(&address), sizeof address), "bind"));
  PSYS_TRY(check(::listen(server, kBacklog), "listen"));
  PSYS_TRY(connect_with_keepalive({}));
  return connect_with_keepalive(kOwnIdle);
}

class Live : public store::StateFolder {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) {
      GTEST_SKIP() << "needs root";
    }
    watch_.emplace();
    auto pod = PodProcess::start({NamespaceKind::net, NamespaceKind::ipc, NamespaceKind::uts},
                                 &open_sockets);
    ASSERT_TRUE(pod) << pod.error().message;
    pod_.emplace(*std::move(pod));
    store_.emplace(store::Store::open(root_).value());
    const std::vector<std::string> allowed{"net.*"};
    allowlist_.emplace(
        policy::Allowlist::create(policy::KubernetesVersion::newest(), allowed, {}).value());
  }

  void TearDown() override {
    if (watch_) {
      EXPECT_THAT(watch_->changes(), IsEmpty());
    }
  }

  [[nodiscard]] live::Surroundings surroundings() {
    return {.store = &*store_, .root = root_, .host = "here", .clock = clock_};
  }

  [[nodiscard]] FoundTarget target() {
    return live::find_target(fmt::format("pid:{}", pod_->pid()), surroundings()).value();
  }

  [[nodiscard]] live::SetRequest request(
      std::vector<std::pair<std::string_view, std::string>> wanted) const {
    live::SetRequest made{.settings = {}, .allowlist = *allowlist_};
    for (auto& [name, value] : wanted) {
      made.settings.push_back({key_of(name),
                               std::move(value),
                               {.kind = sysctl::Origin::Kind::live, .source = "podsysctl set"},
                               ""});
    }
    return made;
  }

  // As another writer would.
  void write_behind_our_back(std::string_view name, const std::string& value) {
    auto writer = sysctl::SysctlWriter::open().value();
    const FoundTarget found = target();
    const auto done = enforce::enforce({{key_of(name), value, {}, ""}}, found.namespaces, writer);
    ASSERT_FALSE(done.failure) << done.failure->message;
  }

  [[nodiscard]] std::string value_of(std::string_view name) {
    const std::vector keys{key_of(name)};
    return live::look_at(target(), keys, surroundings()).value().front().value.value_or("");
  }

  [[nodiscard]] std::vector<TcpSocket> sockets() {
    auto reader = sysctl::SysctlReader::open().value();
    std::vector<TcpSocket> found;
    const FoundTarget pod = target();
    const Result<> listed = reader.run([&](sysctl::Glance& glance) -> Result<> {
      PSYS_TRY(glance.join(pod.namespaces));
      PSYS_TRY_ASSIGN(found, linux::list_tcp_sockets());
      return {};
    });
    EXPECT_TRUE(listed);
    return found;
  }

  // The process becomes the sandbox of a pod on record.
  std::string record_pod(const std::vector<store::SettingRecord>& settings) {
    store::PodRecord pod = store::pod_named("web");
    pod.stage = store::Stage::started;
    pod.sandbox_process = linux::identify(pod_->pid()).value();
    for (const char* const kind : {"net", "ipc", "uts"}) {
      pod.namespaces.push_back({kind, fmt::format("/proc/{}/ns/{}", pod_->pid(), kind)});
    }
    EXPECT_TRUE(store_->insert_pod(pod));
    EXPECT_TRUE(store_->put_settings(pod.uid, settings));
    return pod.uid;
  }

  std::optional<HostWatch> watch_;
  std::optional<PodProcess> pod_;
  std::optional<store::Store> store_;
  std::optional<policy::Allowlist> allowlist_;
  SystemClock clock_;
  live::Author author_{.pid = 7, .uid = 8, .login_uid = 9};
};

TEST_F(Live, ASetIsInForceRecordedAndTakenBack) {
  auto wanted = request({{"net.core.somaxconn", "1234"}, {"net.ipv4.tcp_fin_timeout", "17"}});
  wanted.reason = "incident 7";
  const std::string before = value_of("net.core.somaxconn");
  const auto change = live::set(target(), wanted, author_, surroundings());
  ASSERT_TRUE(change) << change.error().error.message;
  EXPECT_FALSE(change->application.failure);
  EXPECT_EQ(value_of("net.core.somaxconn"), "1234");
  const std::string id = live::audit_id(target()).value();
  const auto trail = store_->audit(id).value();
  ASSERT_EQ(trail.size(), 2U);
  EXPECT_EQ(trail[0].old_value, before);
  EXPECT_EQ(trail[0].new_value, "1234");
  EXPECT_EQ(trail[0].outcome, store::AuditOutcome::applied);
  EXPECT_EQ(trail[0].login_uid, 9U);
  EXPECT_EQ(trail[0].reason, "incident 7");
  EXPECT_EQ(trail[0].namespace_inode, target().inode(sysctl::Scope::net));
  const auto changed = live::look_around(target(), live::Which::changed, surroundings()).value();
  ASSERT_EQ(changed.size(), 2U);
  EXPECT_EQ(changed[0].origin, "podsysctl set");
  const auto undone = live::undo(target(), {}, author_, surroundings());
  ASSERT_TRUE(undone) << undone.error().message;
  EXPECT_EQ(value_of("net.core.somaxconn"), before);
  const auto again = live::undo(target(), {}, author_, surroundings());
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::not_found);
}

TEST_F(Live, UndoRefusesWhatAnotherWriterChangedUnlessForced) {
  ASSERT_TRUE(
      live::set(target(), request({{"net.core.somaxconn", "1234"}}), author_, surroundings()));
  write_behind_our_back("net.core.somaxconn", "99");
  const auto refused = live::undo(target(), {}, author_, surroundings());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::conflict);
  EXPECT_THAT(refused.error().message, HasSubstr("is \"99\" now, not the \"1234\""));
  EXPECT_EQ(value_of("net.core.somaxconn"), "99");
  ASSERT_TRUE(live::undo(target(), {.force = live::Force::yes}, author_, surroundings()));
  EXPECT_NE(value_of("net.core.somaxconn"), "99");
}

TEST_F(Live, WhatIsForbiddenIsNotWritten) {
  struct Row {
    const char* name;
    const char* value;
    live::Force force;
    const char* message;
  };
  const Row rows[] = {
      {"kernel.sem", "1 2 3 4", live::Force::no, "not allowlisted"},
      {"vm.swappiness", "1", live::Force::yes, "is not allowed"},
      {"net.ipv4.tcp_rmem", "9 5 1", live::Force::yes, "must not decrease"},
      {"net.core.somaxconn", "-1", live::Force::yes, "invalid value"},
  };
  for (const Row& row : rows) {
    auto wanted = request({{row.name, row.value}});
    wanted.force = row.force;
    const auto change = live::set(target(), wanted, author_, surroundings());
    ASSERT_FALSE(change) << row.name;
    ASSERT_FALSE(change.error().offenders.empty()) << row.name;
    EXPECT_THAT(change.error().offenders[0].message(), HasSubstr(row.message));
  }
  EXPECT_THAT(store_->audit(live::audit_id(target()).value()).value(), IsEmpty());
}

TEST_F(Live, TheHostIsNeverWritten) {
  for (const std::string& name :
       {fmt::format("pid:{}", ::getpid()), std::string("netns:/proc/self/ns/net")}) {
    auto wanted = request({{"net.core.somaxconn", "1234"}});
    wanted.force = live::Force::yes;
    const auto host = live::find_target(name, surroundings()).value();
    const auto change = live::set(host, wanted, author_, surroundings());
    ASSERT_FALSE(change) << name;
    EXPECT_THAT(change.error().offenders[0].message(), HasSubstr("host network namespace"));
  }
}

TEST_F(Live, ListenersTakeTheNewQueueWhenAskedTo) {
  auto wanted = request({{"net.core.somaxconn", "1500"}});
  ASSERT_TRUE(live::set(target(), wanted, author_, surroundings()));
  const auto is_listener = [](const TcpSocket& socket) {
    return socket.state == TcpState::listening;
  };
  auto found = sockets();
  auto listener = std::ranges::find_if(found, is_listener);
  ASSERT_NE(listener, found.end());
  EXPECT_EQ(listener->queue_size, static_cast<std::uint32_t>(kBacklog));
  wanted.sockets = live::ExistingSockets::refresh;
  const auto change = live::set(target(), wanted, author_, surroundings());
  ASSERT_TRUE(change) << change.error().error.message;
  ASSERT_EQ(change->sockets.size(), 1U);
  const live::SocketChange& line = change->sockets[0];
  EXPECT_EQ(line.outcome, SocketOutcome::changed) << line.why;
  EXPECT_EQ(line.pid, pod_->pid());
  EXPECT_EQ(line.local, "127.0.0.1:8080");
  EXPECT_EQ(line.old_value, "50");
  EXPECT_EQ(line.new_value, "1500");
  found = sockets();
  listener = std::ranges::find_if(found, is_listener);
  EXPECT_EQ(listener->queue_size, 1500U);
  EXPECT_EQ(listener->queue_used, 2U);
  const auto trail = store_->audit(live::audit_id(target()).value()).value();
  EXPECT_EQ(trail.back().action, store::AuditAction::live_sockets);
  EXPECT_THAT(trail.back().detail, HasSubstr("listener 127.0.0.1:8080, inode"));
}

TEST_F(Live, KeepaliveTimersOfOpenConnectionsAreSetAnew) {
  using std::chrono::seconds;
  auto wanted = request({{"net.ipv4.tcp_keepalive_time", "100"}});
  wanted.sockets = live::ExistingSockets::refresh;
  const auto change = live::set(target(), wanted, author_, surroundings());
  ASSERT_TRUE(change) << change.error().error.message;
  // The listener's own ends use no keepalive, and one client chose its own time.
  ASSERT_EQ(change->sockets.size(), 2U);
  for (const live::SocketChange& line : change->sockets) {
    const auto found = sockets();
    const auto socket = std::ranges::find(found, line.inode, &TcpSocket::inode);
    ASSERT_NE(socket, found.end());
    ASSERT_TRUE(socket->keepalive_due);
    if (line.outcome == SocketOutcome::kept) {
      EXPECT_EQ(line.old_value, "33");
      EXPECT_THAT(line.why, HasSubstr("application"));
      EXPECT_LE(*socket->keepalive_due, seconds(kOwnIdle));
    } else {
      EXPECT_EQ(line.outcome, SocketOutcome::changed) << line.why;
      EXPECT_EQ(line.old_value, "7200");
      EXPECT_EQ(line.new_value, "100");
      EXPECT_LE(*socket->keepalive_due, seconds(100));
      EXPECT_GT(*socket->keepalive_due, seconds(kOwnIdle));
    }
  }
  // One that has got its time from us goes along with the next change, and with the undo.
  const auto undone =
      live::undo(target(), {.sockets = live::ExistingSockets::refresh}, author_, surroundings());
  ASSERT_TRUE(undone) << undone.error().message;
  EXPECT_EQ(
      std::ranges::count(undone->sockets, SocketOutcome::changed, &live::SocketChange::outcome), 1);
  const auto found = sockets();
  EXPECT_TRUE(std::ranges::any_of(found, [](const TcpSocket& socket) {
    return socket.keepalive_due && *socket.keepalive_due > seconds(7000);
  }));
}

TEST_F(Live, ChangesOfOneTargetDoNotInterleave) {
  constexpr int kRounds = 10;
  const auto work = [this](int first) {
    store::Store store = store::Store::open(root_).value();
    const live::Surroundings own{.store = &store, .root = root_, .host = "here", .clock = clock_};
    for (int i = 0; i < kRounds; ++i) {
      const auto found = live::find_target(fmt::format("pid:{}", pod_->pid()), own);
      ASSERT_TRUE(found);
      const auto change = live::set(
          *found, request({{"net.core.somaxconn", std::to_string(first + i)}}), author_, own);
      ASSERT_TRUE(change) << change.error().error.message;
      ASSERT_FALSE(change->application.failure) << change->application.failure->message;
    }
  };
  std::thread other(work, 2000);
  work(3000);
  other.join();
  const auto trail = store_->audit(live::audit_id(target()).value()).value();
  ASSERT_EQ(trail.size(), 2U * kRounds);
  for (std::size_t i = 1; i < trail.size(); ++i) {
    EXPECT_EQ(trail[i].old_value, trail[i - 1].new_value);
  }
}

TEST_F(Live, APodsSettingsFollowAndDriftIsToldOnceAndRepaired) {
  const std::string uid = record_pod({{"net.ipv4.tcp_fin_timeout", "60", "60", "60", "pod.yaml:8:7",
                                       store::SettingState::unchanged}});
  // Found by pid, it counts as the pod all the same.
  EXPECT_EQ(target().pod_uid, uid);
  ASSERT_TRUE(live::set(
      target(), request({{"net.core.somaxconn", "1234"}, {"net.ipv4.tcp_fin_timeout", "20"}}),
      author_, surroundings()));
  auto settings = store_->settings(uid).value();
  ASSERT_EQ(settings.size(), 2U);
  EXPECT_EQ(settings[0].origin, "podsysctl set");

  auto checker = live::DriftChecker::open().value();
  EXPECT_THAT(checker.check_all(*store_).value()[0].drifted, IsEmpty());
  write_behind_our_back("net.core.somaxconn", "99");
  for (const std::size_t notes : {1U, 0U}) {
    const auto drifts = checker.check_all(*store_).value();
    ASSERT_EQ(drifts.size(), 1U);
    EXPECT_EQ(drifts[0].checked, 2U);
    ASSERT_EQ(drifts[0].drifted.size(), 1U);
    EXPECT_EQ(drifts[0].drifted[0].found, "99");
    EXPECT_EQ(live::note_drift(drifts, surroundings()).value(), notes);
  }
  write_behind_our_back("net.core.somaxconn", "98");
  EXPECT_EQ(live::note_drift(checker.check_all(*store_).value(), surroundings()).value(), 1U);
  const auto drift = checker.check(target(), surroundings()).value();
  ASSERT_TRUE(live::repair(target(), drift, author_, "", surroundings()));
  EXPECT_EQ(value_of("net.core.somaxconn"), "1234");
  EXPECT_EQ(live::note_drift(checker.check_all(*store_).value(), surroundings()).value(), 0U);
  write_behind_our_back("net.core.somaxconn", "97");
  EXPECT_EQ(live::note_drift(checker.check_all(*store_).value(), surroundings()).value(), 1U);
  write_behind_our_back("net.core.somaxconn", "1234");
  EXPECT_EQ(live::note_drift(checker.check_all(*store_).value(), surroundings()).value(), 1U);
  std::vector<std::string> reasons;
  const auto events = store_->events().value();
  for (const store::EventRecord& event : events) {
    reasons.push_back(event.reason);
  }
  EXPECT_THAT(reasons, testing::ElementsAre("SysctlsChanged", "SysctlDrift", "SysctlDrift",
                                            "SysctlsRepaired", "SysctlDrift", "SysctlDriftEnded"));

  ASSERT_TRUE(live::undo(target(), {}, author_, surroundings()));
  settings = store_->settings(uid).value();
  ASSERT_EQ(settings.size(), 1U);
  EXPECT_EQ(settings[0].requested, "60");
  EXPECT_EQ(settings[0].origin, "pod.yaml:8:7");
  EXPECT_EQ(settings[0].effective, "60");
}

// The clock of the watch is the test's: a round is at a second of its own.
TEST_F(Live, AWatchRepairsAtOnceAndFightsNobody) {
  const std::string uid = record_pod({{"net.core.somaxconn", "4096", "4096", "4096", "pod.yaml:8:7",
                                       store::SettingState::applied}});
  auto watch = live::DriftWatch::open().value();
  live::DriftOrders orders{
      .what_to_do = [](const std::string&, const std::string&) { return live::OnDrift::report; },
      .reason = "test",
      .first_pause = std::chrono::seconds(60)};
  const auto look = [&](int second) {
    const live::Pacing::Time now{std::chrono::seconds(second)};
    return watch.look(surroundings(), orders, now).value();
  };
  EXPECT_EQ(look(0).checked, 1U);
  write_behind_our_back("net.core.somaxconn", "99");
  EXPECT_THAT(look(60).drifted, testing::ElementsAre("net.core.somaxconn"));
  EXPECT_THAT(look(120).drifted, IsEmpty());  // told once
  EXPECT_EQ(value_of("net.core.somaxconn"), "99");

  orders.what_to_do = [](const std::string&, const std::string&) { return live::OnDrift::repair; };
  EXPECT_THAT(look(180).repaired, testing::ElementsAre("net.core.somaxconn"));
  EXPECT_EQ(value_of("net.core.somaxconn"), "4096");
  // Something changes it back after each repair.
  std::vector<int> repaired;
  std::size_t contested = 0;
  for (int second = 200; second < 1400; second += 20) {
    write_behind_our_back("net.core.somaxconn", "99");
    const live::DriftRound round = look(second);
    if (!round.repaired.empty()) {
      repaired.push_back(second);
    }
    contested += round.contested.size();
  }
  EXPECT_THAT(repaired, testing::ElementsAre(240, 360, 600, 1080));
  EXPECT_EQ(contested, 4U);
  const auto events = store_->events().value();
  const auto told =
      std::ranges::find(events, std::string(live::kSysctlContested), &store::EventRecord::reason);
  ASSERT_NE(told, events.end());
  EXPECT_EQ(told->count, 4U);
  const auto trail = store_->audit("pod/" + uid).value();
  EXPECT_EQ(trail.back().reason, "test");
}

}  // namespace
}  // namespace podsysctl::kernel_test
