// SPDX-License-Identifier: Apache-2.0
// What a TARGET is, and what is known of it without changing anything. Changes in namespaces of
// their own: tests/kernel/live_kernel_test.cc.
#include <unistd.h>

#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "live/author.h"
#include "live/managed.h"
#include "live/summary.h"
#include "live/values.h"
#include "store/testing.h"

namespace podsysctl::live {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// A runtime whose containers are this very process, but for those that were restarted.
class Runtime final : public PidFinder {
 public:
  Result<RuntimeProcess> find(std::string_view reference) override {
    ++asked;
    if (reference == "web") {
      return RuntimeProcess{::getpid(), "container web"};
    }
    if (reference == "restarting") {
      return RuntimeProcess{asked == 1 ? ::getpid() : ::getppid(), "container restarting"};
    }
    return Error::of(Code::not_found, "no container {}", reference);
  }
  int asked = 0;
};

class Targets : public store::StateFolder {
 protected:
  Result<FoundTarget> find(const std::string& name) {
    return find_target(name, {.root = root_, .clock = clock_, .docker = &runtime_});
  }

  Runtime runtime_;
  SystemClock clock_;
};

TEST_F(Targets, WhatIsNoTargetSaysWhy) {
  struct Row {
    const char* name;
    Code code;
    const char* message;
  };
  const Row rows[] = {
      {"web", Code::not_found, "no pod or container \"web\": there is no state in"},
      {"pod:web", Code::invalid_argument, "there are no targets of the form \"pod\""},
      {":", Code::invalid_argument, "there are no targets of the form \"\""},
      {"pid:", Code::invalid_argument, "a process id is a number"},
      {"pid:-4", Code::invalid_argument, "a process id is a number"},
      {"pid:0", Code::invalid_argument, "a process id is a number"},
      {"pid:4711x", Code::invalid_argument, "a process id is a number"},
      {"pid:4194305", Code::not_found, "process 4194305"},
      {"netns:/nowhere", Code::not_found, "/nowhere"},
      {"netns:/etc/passwd", Code::invalid_argument, "/etc/passwd is not a namespace"},
      {"netns:/proc/self/ns/ipc", Code::invalid_argument, "not of kind net"},
      {"docker:", Code::invalid_argument, "docker: needs the name or id"},
      {"docker:db", Code::not_found, "no container db"},
      {"docker:restarting", Code::conflict, "was restarted just now"},
      {"cri:web", Code::unsupported, "no client for cri: targets"},
  };
  for (const Row& row : rows) {
    runtime_.asked = 0;
    const auto found = find(row.name);
    ASSERT_FALSE(found) << row.name;
    EXPECT_EQ(found.error().code, row.code) << row.name << ": " << found.error().message;
    EXPECT_THAT(found.error().message, HasSubstr(row.message)) << row.name;
  }
}

TEST_F(Targets, TheHostsNamespacesAreNoneOfTheTargets) {
  for (const std::string& name :
       {fmt::format("pid:{}", ::getpid()), std::string("netns:/proc/self/ns/net"),
        std::string("docker:web")}) {
    const auto found = find(name);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->name, name);
    for (const auto scope : {sysctl::Scope::net, sysctl::Scope::ipc, sysctl::Scope::node}) {
      EXPECT_FALSE(found->owns(scope));
      EXPECT_EQ(found->inode(scope), 0U);
    }
    EXPECT_EQ(found->host_namespaces().net, policy::NamespaceMode::host);
  }
  EXPECT_EQ(find("netns:/proc/self/ns/net")->why_not_own(sysctl::Scope::ipc),
            "a network namespace holds net.* only");
  EXPECT_THAT(find("docker:web")->why_not_own(sysctl::Scope::ipc), HasSubstr("is shared"));
}

TEST_F(Targets, ANodeKeyHasTheHostsValueAndOneThatIsNowhereIsNotFound) {
  const FoundTarget target = find(fmt::format("pid:{}", ::getpid())).value();
  const std::vector keys{sysctl::SysctlKey::parse("kernel.osrelease").value(),
                         sysctl::SysctlKey::parse("net.core.no_such_key").value()};
  // As a fresh namespace needs privilege to be made, only the lookup that needs none is made here.
  if (::geteuid() != 0) {
    GTEST_SKIP() << "needs root to make namespaces";
  }
  const auto rows = look_at(target, keys, {.root = root_, .clock = clock_}).value();
  EXPECT_EQ(rows[0].value, rows[0].host);
  EXPECT_THAT(rows[0].remark, StartsWith("the node's value"));
  const auto unknown = check_known(rows, target);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, Code::not_found);
  EXPECT_THAT(unknown.error().message, HasSubstr("podsysctl catalog net.core."));
}

TEST_F(Targets, WhatTheAuditTrailSaysOfAForeignTarget) {
  store::Store store = store::Store::open(root_).value();
  const Surroundings surroundings{.store = &store, .root = root_, .clock = clock_};
  const FoundTarget target = find_target("netns:/proc/self/ns/net", surroundings).value();
  const std::string id = audit_id(target).value();
  EXPECT_THAT(id, StartsWith("inode/"));
  const auto add = [&](const std::string& value, store::AuditOutcome outcome) {
    const std::vector records{store::AuditRecord{.target_id = id,
                                                 .name = "net.core.somaxconn",
                                                 .old_value = "1",
                                                 .new_value = value,
                                                 .outcome = outcome}};
    return store.begin_audit(records).value();
  };
  EXPECT_TRUE(managed_settings(target, surroundings)->empty());
  add("2", store::AuditOutcome::applied);
  const std::int64_t second = add("3", store::AuditOutcome::applied);
  add("4", store::AuditOutcome::refused);
  EXPECT_EQ(managed_settings(target, surroundings)->front().requested, "3");
  ASSERT_TRUE(store.mark_undone(second, 9));
  EXPECT_EQ(managed_settings(target, surroundings)->front().requested, "2");
  EXPECT_EQ(origins_of(target, surroundings)->at("net.core.somaxconn"), "podsysctl set");
}

TEST(Authors, AreNamedWithTheirLogin) {
  EXPECT_EQ((Author{.pid = 1, .uid = 0, .login_uid = {}}.text()), "uid 0");
  EXPECT_EQ((Author{.pid = 1, .uid = 0, .login_uid = 1000}.text()), "uid 0 (login uid 1000)");
  EXPECT_EQ(Author::of_this_process().pid, ::getpid());
}

TEST(Summary, SaysBeforeAndAfter) {
  sysctl::Application application;
  const auto add = [&application](const char* name, const char* previous, const char* effective,
                                  sysctl::ApplyState state) {
    application.settings.push_back(
        {{sysctl::SysctlKey::parse(name).value(), effective, {}, ""}, previous, effective, state});
  };
  add("a.b", "1", "2", sysctl::ApplyState::applied);
  add("a.c", "3", "3", sysctl::ApplyState::unchanged);
  add("a.d", "", "4", sysctl::ApplyState::applied);
  EXPECT_EQ(summary_of(application), "a.b = 2 (was 1), a.c = 3 (already), a.d = 4");
}

}  // namespace
}  // namespace podsysctl::live
