// SPDX-License-Identifier: Apache-2.0
// The agent's core on processes in namespaces of their own: what runtimes call a sandbox.
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>

#include "agent/caretaker.h"
#include "agent/journal.h"
#include "agent/pod_keeper.h"
#include "agent/report.h"
#include "agent/review.h"
#include "agent/rights.h"
#include "keeper_with_pod.h"
#include "linux/fresh_namespaces.h"
#include "linux/temporary_folder.h"
#include "sysctl/kernel_version.h"

namespace podsysctl::kernel_test {
namespace {

using agent::KeepingRecorder;
using agent::PodKeeper;
using agent::Sandbox;
using linux::NamespaceKind;
using testing::AnyOf;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kPolicies = R"(
apiVersion: podsysctl.io/v1alpha1
kind: SysctlPolicy
metadata: {name: shop}
spec:
  match: {namespaces: [shop]}
  allowed:
    - name: net.*
    - name: kernel.*
---
apiVersion: podsysctl.io/v1alpha1
kind: SysctlPolicy
metadata: {name: lenient}
spec:
  match: {namespaces: [lenient]}
  onForbidden: Degrade
)";

constexpr const char* kMore = R"(
---
apiVersion: podsysctl.io/v1alpha1
kind: SysctlPolicy
metadata: {name: more}
spec:
  match: {namespaces: [lenient]}
  allowed: [{name: net.core.somaxconn}]
  onDrift: Repair
)";

class AgentOnThisKernel : public KeeperWithPod {
 protected:
  AgentOnThisKernel() : KeeperWithPod(kPolicies) {}

  [[nodiscard]] agent::Surroundings surroundings(agent::Recorder& recorder) override {
    agent::Surroundings around = KeeperFixture::surroundings(recorder);
    around.node.kernel = sysctl::running_kernel();
    around.defaults = defaults_;
    around.on_record = [this](const Sandbox&) { return on_record_; };
    return around;
  }
  void open_keeper(agent::Recorder& recorder) {
    keeper_ = PodKeeper::open(surroundings(recorder)).value();
  }
  // What the caretaker does after the policies changed.
  void review_all() {
    keeper_->policies_changed();
    review_what_waits();
  }
  // As another writer would.
  void write(const char* key, const std::string& value) {
    const auto target = sysctl::Target::of_process(pid(), host_).value();
    auto writer = sysctl::SysctlWriter::open().value();
    EXPECT_TRUE(writer.visit(target, [&](sysctl::SysctlTree& tree) {
      EXPECT_TRUE(tree.write(sysctl::SysctlKey::parse(key).value(), value));
    }));
  }

  [[nodiscard]] Sandbox sandbox(std::string settings, std::string space = "shop") const {
    return {.id = "s1",
            .uid = "u1",
            .name = "web",
            .namespace_ = std::move(space),
            .annotations = {{"podsysctl.io/sysctls", std::move(settings)}},
            .pid = pid()};
  }
  [[nodiscard]] std::string value_of(const char* key) {
    std::string value;
    const auto target = sysctl::Target::of_process(pid(), host_).value();
    auto writer = sysctl::SysctlWriter::open().value();
    EXPECT_TRUE(writer.visit(target, [&](sysctl::SysctlTree& tree) {
      value = tree.read(sysctl::SysctlKey::parse(key).value()).value_or("?");
    }));
    return value;
  }

  std::vector<policy::DefaultSysctls> defaults_;
  agent::KeysOnRecord on_record_;
};

// Ten keys, among them two pairs whose order matters.
constexpr const char* kTen =
    "net.ipv4.ip_unprivileged_port_start = 400\n"
    "net.ipv4.ip_local_port_range = 500 60999\n"
    "net.ipv4.conf.all.accept_redirects = 1\n"
    "net.ipv4.ip_forward = 1\n"
    "net.core.somaxconn = 2048\n"
    "net.ipv4.tcp_fin_timeout = 30\n"
    "net.ipv4.tcp_keepalive_time = 600\n"
    "net.ipv4.tcp_rmem = 4096 65536 1048576\n"
    "kernel.msgmax = 16384\n"
    "kernel.sem = 300 32000 100 256\n";

TEST_F(AgentOnThisKernel, PutsTenKeysIntoEffectWithinTheCall) {
  const Result<> started = keeper_->start(sandbox(kTen));
  ASSERT_TRUE(started) << started.error().message;
  EXPECT_EQ(value_of("net.core.somaxconn"), "2048");
  EXPECT_EQ(value_of("net.ipv4.ip_unprivileged_port_start"), "400");
  EXPECT_EQ(value_of("net.ipv4.conf.all.accept_redirects"), "1");
  EXPECT_EQ(value_of("net.ipv4.ip_forward"), "1");
  EXPECT_EQ(value_of("kernel.msgmax"), "16384");
  ASSERT_EQ(recorder_.report_count(), 1U);
  const agent::Report& report = recorder_.report(0);
  EXPECT_EQ(report.settings.size(), 10U);
  for (const store::SettingRecord& setting : report.settings) {
    // A fresh namespace takes the net.ipv4 values of its host, so some may be there already.
    EXPECT_THAT(setting.state, AnyOf(store::SettingState::applied, store::SettingState::unchanged))
        << setting.name;
  }
  EXPECT_EQ(report.notices.at(0).reason, agent::kSysctlsApplied);
  EXPECT_EQ(keeper_->standing().counters().applied, 1U);
}

TEST_F(AgentOnThisKernel, RecognisesWhatIsInForceAlready) {
  ASSERT_TRUE(keeper_->start(sandbox("net.core.somaxconn = 2048\n")));
  ASSERT_TRUE(keeper_->start(sandbox("net.core.somaxconn = 2048\n")));
  keeper_->review(sandbox("net.core.somaxconn = 2048\n"));
  EXPECT_EQ(keeper_->standing().counters().applied, 1U);
  EXPECT_EQ(keeper_->standing().counters().unchanged, 2U);
  EXPECT_EQ(keeper_->standing().with_settings(), 1U);
  EXPECT_THAT(recorder_.report(2).notices, IsEmpty());
}

TEST_F(AgentOnThisKernel, RepairsAPodThatStartedWithoutUs) {
  keeper_->review(sandbox("net.core.somaxconn = 2048\n"));
  EXPECT_EQ(value_of("net.core.somaxconn"), "2048");
  const agent::Notice& notice = recorder_.report(0).notices.at(0);
  EXPECT_EQ(notice.type, store::EventType::warning);
  EXPECT_EQ(notice.reason, agent::kSysctlsRepaired);
  EXPECT_THAT(notice.message, HasSubstr("net.core.somaxconn = 2048 (was 4096)"));
  EXPECT_THAT(notice.message, HasSubstr("sockets that were open before"));
  EXPECT_EQ(keeper_->standing().counters().repaired, 1U);
}

TEST_F(AgentOnThisKernel, LeavesAReviewWhatAPersonHasSet) {
  ASSERT_TRUE(keeper_->start(sandbox("net.core.somaxconn = 2048\nkernel.msgmax = 16384\n")));
  write("net.core.somaxconn", "99");
  write("kernel.msgmax", "99");
  on_record_.by_hand = {"net.core.somaxconn"};
  keeper_->review(sandbox("net.core.somaxconn = 2048\nkernel.msgmax = 16384\n"));
  EXPECT_EQ(value_of("net.core.somaxconn"), "99");
  EXPECT_EQ(value_of("kernel.msgmax"), "16384");
  const auto& audit = recorder_.report(1).audit;
  ASSERT_EQ(audit.size(), 1U);
  EXPECT_EQ(audit[0].name, "kernel.msgmax");
  EXPECT_EQ(audit[0].old_value, "99");
  EXPECT_EQ(audit[0].new_value, "16384");
  EXPECT_EQ(audit[0].target_id, "pod/u1");
  EXPECT_NE(audit[0].namespace_inode, 0U);
}

TEST_F(AgentOnThisKernel, GivesARunningPodWhatNewPoliciesAllow) {
  const std::string wishes = "net.core.somaxconn = 2048\nnet.ipv4.tcp_syncookies = 0\n";
  ASSERT_TRUE(keeper_->start(sandbox(wishes, "lenient")));
  EXPECT_EQ(value_of("net.core.somaxconn"), "4096");
  set_policies(std::string(kPolicies) + kMore);
  review_all();
  EXPECT_EQ(value_of("net.core.somaxconn"), "2048");
  const agent::Report& report = recorder_.report(1);
  ASSERT_EQ(report.notices.size(), 1U);
  EXPECT_EQ(report.notices[0].reason, agent::kSysctlsApplied);
  EXPECT_THAT(report.notices[0].message, HasSubstr("the policies changed: "));
  EXPECT_THAT(report.notices[0].message, HasSubstr("sockets that were open before"));
  EXPECT_EQ(report.audit.size(), 1U);
  review_all();  // nothing has changed: nothing is told again
  EXPECT_THAT(recorder_.report(2).notices, IsEmpty());
}

TEST_F(AgentOnThisKernel, TakesNothingBackWhenAGrantEnds) {
  set_policies(std::string(kPolicies) + kMore);
  ASSERT_TRUE(keeper_->start(sandbox("net.core.somaxconn = 2048\n", "lenient")));
  EXPECT_EQ(keeper_->on_drift("u1", "net.core.somaxconn"), rules::OnDrift::repair);
  set_policies(std::string(kPolicies));
  review_all();
  EXPECT_EQ(value_of("net.core.somaxconn"), "2048");
  EXPECT_EQ(keeper_->on_drift("u1", "net.core.somaxconn"), rules::OnDrift::report);
  ASSERT_EQ(recorder_.report(1).notices.size(), 1U);
  const agent::Notice& notice = recorder_.report(1).notices[0];
  EXPECT_EQ(notice.reason, agent::kSysctlGrantEnded);
  EXPECT_THAT(notice.message, HasSubstr("forbidden sysctl: \"net.core.somaxconn\""));
  EXPECT_EQ(keeper_->standing().sandboxes.at(static_cast<std::size_t>(agent::Outcome::degraded)),
            1U);
  review_all();
  EXPECT_THAT(recorder_.report(2).notices, IsEmpty());  // told once
  set_policies(std::string(kPolicies) + kMore);
  review_all();
  EXPECT_EQ(keeper_->on_drift("u1", "net.core.somaxconn"), rules::OnDrift::repair);
}

TEST_F(AgentOnThisKernel, KnowsWhatAFormerRunHasGranted) {
  write("net.core.somaxconn", "2048");
  on_record_.in_force = {"net.core.somaxconn"};
  keeper_->review(sandbox("net.core.somaxconn = 2048\n", "lenient"));
  ASSERT_EQ(recorder_.report(0).notices.size(), 1U);
  EXPECT_EQ(recorder_.report(0).notices[0].reason, agent::kSysctlGrantEnded);
  EXPECT_EQ(keeper_->on_drift("u1", "net.core.somaxconn"), rules::OnDrift::report);
}

TEST_F(AgentOnThisKernel, SelectsARunningPodThatAskedForNothing) {
  ASSERT_TRUE(keeper_->start(sandbox("", "lenient")));
  EXPECT_EQ(recorder_.report_count(), 0U);
  set_policies(std::string(kPolicies) + R"(
---
apiVersion: podsysctl.io/v1alpha1
kind: SysctlProfile
metadata: {name: chosen}
spec:
  match: {namespaces: [lenient]}
  settings: [{name: net.ipv4.tcp_syncookies, value: "0"}]
)");
  review_all();
  EXPECT_EQ(value_of("net.ipv4.tcp_syncookies"), "0");
  EXPECT_EQ(recorder_.report(0).settings.at(0).name, "net.ipv4.tcp_syncookies");
}

TEST_F(AgentOnThisKernel, GivesEveryPodTheDefaultsOfTheNode) {
  const std::vector<policy::DefaultSysctls::Entry> flags{{"net.ipv4.tcp_fin_timeout", "17"}};
  const std::vector<policy::DefaultSysctls::Entry> kubelet{{"net.ipv4.tcp_fin_timeout", "18"},
                                                           {"kernel.msgmax", "16384"}};
  for (const auto& entries : {flags, kubelet}) {
    defaults_.push_back(
        policy::DefaultSysctls::create(policy::KubernetesVersion::newest(), entries).value());
  }
  open_keeper(recorder_);
  ASSERT_TRUE(keeper_->start(sandbox("kernel.msgmax = 16000\n")));
  EXPECT_EQ(value_of("net.ipv4.tcp_fin_timeout"), "17");
  EXPECT_EQ(value_of("kernel.msgmax"), "16000");
}

// Records, reviews and drift together, as the service has them.
TEST_F(AgentOnThisKernel, LooksForDriftAndRepairsIt) {
  set_policies(std::string(kPolicies) + kMore);
  const auto folder = linux::TemporaryFolder::make().value();
  const std::string& root = folder.path();
  {
    const auto journal = agent::Journal::open(root, "here", clock_, log_).value();
    open_keeper(*journal);
    const agent::CareOptions options{
        .root = root, .host = "here", .drift_interval = std::chrono::seconds(1)};
    const auto caretaker =
        agent::Caretaker::start(options, *keeper_, *journal, clock_, log_).value();
    ASSERT_TRUE(keeper_->start(sandbox("net.core.somaxconn = 2048\n", "lenient")));
    ASSERT_TRUE(journal->settle(std::chrono::seconds(60)));
    write("net.core.somaxconn", "99");
    while (caretaker->counts().repaired.empty()) {
      std::this_thread::yield();
    }
    EXPECT_EQ(value_of("net.core.somaxconn"), "2048");
    EXPECT_EQ(caretaker->counts().last_fault, "");
  }
  auto store = store::Store::open(root).value();
  std::vector<std::string> reasons;
  const auto events = store.events().value();
  for (const store::EventRecord& event : events) {
    reasons.push_back(event.reason);
    EXPECT_EQ(event.component, "podsysctl-agent");
  }
  EXPECT_THAT(reasons, testing::ElementsAre("SysctlsApplied", "SysctlDrift", "SysctlsRepaired"));
  const auto trail = store.audit("pod/u1").value();
  EXPECT_EQ(trail.back().reason, "the agent repairs drift");
}

TEST_F(AgentOnThisKernel, RefusesAPodWhoseValueTheKernelRefuses) {
  const Result<> started =
      keeper_->start(sandbox("net.core.somaxconn = 2048\nnet.ipv4.conf.eth7.rp_filter = 1\n"));
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, Code::denied_by_policy);
  EXPECT_THAT(started.error().message, HasSubstr("SysctlNotApplied: "));
  EXPECT_THAT(started.error().message, HasSubstr("net.ipv4.conf.eth7.rp_filter"));
  EXPECT_EQ(value_of("net.core.somaxconn"), "4096");  // all or nothing
}

TEST_F(AgentOnThisKernel, StartsADegradedPodWithWhatItMayHave) {
  ASSERT_TRUE(keeper_->start(
      sandbox("net.ipv4.tcp_syncookies = 0\nnet.core.somaxconn = 2048\n", "lenient")));
  EXPECT_EQ(value_of("net.ipv4.tcp_syncookies"), "0");
  EXPECT_EQ(value_of("net.core.somaxconn"), "4096");
  EXPECT_EQ(keeper_->standing().counters().degraded, 1U);
  EXPECT_EQ(recorder_.report(0).notices.at(0).reason, "SysctlForbidden");
  EXPECT_EQ(recorder_.report(0).pod.phase, store::PodPhase::running);
}

// With what the agent keeps of its rights, in a process that gives up the rest.
TEST_F(AgentOnThisKernel, NeedsFewRightsAlsoForAPodWithAUserNamespace) {
  pod_.reset();
  pod_.emplace(linux::PodProcess::start({NamespaceKind::user, NamespaceKind::net,
                                         NamespaceKind::ipc, NamespaceKind::uts})
                   .value());
  const Result<std::string> outcome = linux::call_in_child([&]() -> Result<std::string> {
    PSYS_TRY(agent::keep_few_capabilities(live::ExistingSockets::leave));
    KeepingRecorder recorder;
    PSYS_TRY_ASSIGN(const auto keeper, PodKeeper::open(surroundings(recorder)));
    PSYS_TRY(agent::refuse_what_is_not_ours());
    PSYS_TRY(keeper->start(sandbox("net.core.somaxconn = 2048\nkernel.msgmax = 16384\n")));
    return std::string(::execl("/bin/true", "true", nullptr) < 0 && errno == EPERM ? "done" : "?");
  });
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(*outcome, "done");
  EXPECT_EQ(value_of("net.core.somaxconn"), "2048");
  EXPECT_EQ(value_of("kernel.msgmax"), "16384");
}

TEST_F(AgentOnThisKernel, TakesANamespaceByItsPathAlone) {
  const std::string path = fmt::format("/proc/{}/ns/net", pid());
  Sandbox pinned = sandbox("net.core.somaxconn = 2048\n");
  pinned.pid = 0;
  pinned.places = {{NamespaceKind::net, path}};
  ASSERT_TRUE(keeper_->start(pinned));
  EXPECT_EQ(value_of("net.core.somaxconn"), "2048");
  // The others are not known: nothing of theirs can be written.
  pinned.annotations["podsysctl.io/sysctls"] = "kernel.msgmax = 16384\n";
  EXPECT_FALSE(keeper_->start(pinned));
}

TEST_F(AgentOnThisKernel, RefusesAProcessThatIsNotInTheNamedNamespace) {
  const auto other =
      linux::PodProcess::start({NamespaceKind::net, NamespaceKind::ipc, NamespaceKind::uts});
  ASSERT_TRUE(other);
  Sandbox mixed = sandbox("net.core.somaxconn = 2048\n");
  mixed.places = {{NamespaceKind::net, fmt::format("/proc/{}/ns/net", other->pid())}};
  const Result<> started = keeper_->start(mixed);
  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().message, HasSubstr("may be another process by now"));
  EXPECT_EQ(value_of("net.core.somaxconn"), "4096");
}

TEST_F(AgentOnThisKernel, NeverWritesTheHostsWhateverARuntimeSays) {
  Sandbox lying = sandbox("net.core.somaxconn = 2048\nkernel.msgmax = 16384\n");
  lying.pid = 0;
  lying.places = {{NamespaceKind::net, "/proc/1/ns/net"}, {NamespaceKind::ipc, "/proc/1/ns/ipc"}};
  EXPECT_FALSE(keeper_->start(lying));
  lying.places.clear();
  lying.pid = ::getpid();
  EXPECT_FALSE(keeper_->start(lying));
  lying.pid = 1;
  EXPECT_FALSE(keeper_->start(lying));
}

}  // namespace
}  // namespace podsysctl::kernel_test
